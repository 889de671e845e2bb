"""Build: what authors wrote becomes quads. Each value is found in the text by its quote; a miss stops the build."""
