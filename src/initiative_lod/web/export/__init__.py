"""Export: the whole site of a release as files, with a configuration of nginx that negotiates among them."""
