"""The words of the search page in Chinese and English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "search": ("搜索", "Search"),
    "query": ("要找的词", "What to look for"),
    "placeholder": ("例如：网络犯罪、personal data、ITU", "for example: personal data, 网络犯罪, ITU"),
    "in": ("在哪种语言中查找", "Search in"),
    "both": ("中英文", "Chinese and English"),
    "zh": ("中文原文", "Chinese"),
    "en": ("英文译文", "English"),
    "found": ("找到 {} 项", "{} found"),
    "found_one": ("找到 1 项", "1 found"),
    "found_more": ("找到 {} 项以上", "more than {} found"),
    "for": ("“{}”", "“{}”"),
    "also": ("一并查找", "Also searched"),
    "only_typed": ("只查原词", "only what I typed"),
    "narrow": ("筛选", "Narrow down"),
    "type": ("类型", "Type"),
    "pillar": ("所属部分", "Pillar"),
    "modality": ("情态", "Modality"),
    "topic": ("主题", "Topic"),
    "remove": ("取消", "Remove"),
    "clear": ("取消全部筛选", "Remove all"),
    "more": ("更多", "More"),
    "Term": ("本体术语", "Term of the ontology"),
    "Other": ("其他", "Other"),
    "External": ("外部资源", "Resource of others"),
    "part_of": ("属于", "in"),
    "linked": ("涉及", "It is linked to"),
    "alt": ("又称", "Also called"),
    "elsewhere": ("在其他词表中", "Elsewhere called"),
    "results": ("结果", "Results"),
    "pages": ("翻页", "Pages"),
    "page_of": ("第 {} 页，共 {} 页", "Page {} of {}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "loose_pieces": (
        "没有哪里完整地写着这些字；以下各项分别含有其中的每个部分。",
        "Nothing holds these words as they stand together. What follows holds each part of them.",
    ),
    "loose_any": (
        "没有哪里同时写着这些词；以下各项含有其中一部分。",
        "Nothing holds all of these words. What follows holds some of them.",
    ),
    "none": ("没有找到", "Nothing was found"),
    "none_for": ("没有找到“{}”", "Nothing was found for “{}”"),
    "unknown": ("这里哪儿都没有的词", "Words that are nowhere in the data"),
    "without_filters": ("不加筛选有 {} 项", "Without the filters there are {}"),
    "in_both": ("中英文都找一找", "Search in both languages"),
    "tips": ("可以这样试试", "What may help"),
    "tip_fewer": ("少写几个字，或换一种说法；中文不必加空格。", "Fewer words, or another word for the same thing."),
    "tip_quotes": (
        "加引号查找连在一起的原词；词尾加 * 查找以它开头的英文词。",
        "Quotes keep words together; a * at the end of a word lets it go on: cyber*.",
    ),
    "tip_script": (
        "繁体、简体都可以；英文不分大小写和单复数。",
        "Traditional and simplified characters find each other; so do cyber crime and cybercrime, minor and minors.",
    ),
    "begin": ("可以从这里开始", "Places to begin"),
    "begin_note": (
        "查找名称、定义和条款文字，中英文均可。",
        "Looks through names, definitions and the words of every clause, in Chinese and in English.",
    ),
    "n_linked": ("{} 处", "{}"),
    "slow": (
        "查找时间过长，已停止。请写得更具体些。",
        "The search took too long and was stopped. Ask for something more specific.",
    ),
    "shortened": ("查询太长，只用了前 {} 个字符。", "The query was too long: only its first {} characters were used."),
    "as_json": ("以 JSON 格式", "These results as JSON"),
}


class Words:
    """The page's own words in one language."""

    def __init__(self, language: str) -> None:
        self._place = 0 if language == "zh" else 1

    def __getitem__(self, key: str) -> str:
        return WORDS[key][self._place]

    def __call__(self, key: str, *values: object) -> str:
        return WORDS[key][self._place].format(*values)
