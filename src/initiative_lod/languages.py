"""Languages: those of our own labels, and words made comparable across scripts, spellings and numbers.

The languages of the interface are its catalogues (``locale``), those of a document are stated with its texts.

Chinese characters are compared in their simplified forms, English words in the singular and in one spelling of -ise and
-our. What is folded here is never shown.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from bisect import bisect
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from initiative_lod.text_cache import cache_short_texts

#: Languages in which our own labels, questions and checks are written.
LABEL_LANGUAGES = ("zh", "en")
#: Languages whose words are folded, indexed and compared, as this module does it.
WORD_LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "en"  # of readers who ask for none of them
OTHER = "xx"  # any other language, in an index

#: Chinese characters, radicals and iteration marks, as a range in a regular expression.
HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN_ONLY = re.compile(f"[{HAN}]")
_RANGES = ((0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))

_ENGLISH = frozenset("the of and to in that is for with be by as this are shall it on or not from have which".split())

#: English words that carry no meaning of their own in a name.
STOP_WORDS = frozenset("a an and as at by for from in is of on or the to with".split())

_SENTENCE = re.compile(r"[.!?;:](?=\s)|[。！？；]")
_IRREGULAR = {"children": "child", "men": "man", "women": "woman", "people": "person", "criteria": "criterion"}
_SINGULAR = frozenset({"news", "means", "goods", "series", "species", "always", "perhaps", "towards"})
_SPELLING = (
    (re.compile(r"is(e|ed|er|ing|ation|ational)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3}i)our$|(?<=[a-z][bcdglmnpv])our$|(?<=ighb)our(?=hood$)"), "or"),
    (re.compile(r"ogramme$"), "ogram"),
    (re.compile(r"(?<=[a-z])tre$"), "ter"),
    (re.compile(r"(?<=[a-z]{2})ence$"), "ense"),  # defence, licence; what is no such pair only gets another name
)
_IDEOGRAPHIC = frozenset({"zh", "ja", "yue", "wuu", "lzh"})
_CONVERTING = threading.Lock()
#: The syllables of Mandarin, each with the first of its characters in GB 2312, as they follow each other there; ü is
#: written u, which the order of the standard allows: lu, lü, luan, lüe.
_FIRST_CHARACTERS = """
    a啊 ai埃 an鞍 ang肮 ao凹 ba芭 bai白 ban斑 bang邦 bao苞 bei杯 ben奔 beng崩 bi逼 bian鞭 biao标 bie鳖 bin彬
    bing兵 bo玻 bu捕 ca擦 cai猜 can餐 cang苍 cao操 ce厕 ceng层 cha插 chai拆 chan搀 chang昌 chao超 che车 chen郴
    cheng撑 chi吃 chong充 chou抽 chu初 chuai揣 chuan川 chuang疮 chui吹 chun春 chuo戳 ci疵 cong聪 cou凑 cu粗
    cuan蹿 cui摧 cun村 cuo磋 da搭 dai呆 dan耽 dang当 dao刀 de德 deng蹬 di堤 dian颠 diao碉 die跌 ding丁 diu丢
    dong东 dou兜 du督 duan端 dui堆 dun墩 duo掇 e蛾 en恩 er而 fa发 fan藩 fang坊 fei菲 fen芬 feng丰 fo佛 fou否
    fu夫 ga噶 gai该 gan干 gang冈 gao篙 ge哥 gei给 gen根 geng耕 gong工 gou钩 gu辜 gua刮 guai乖 guan棺 guang光
    gui瑰 gun辊 guo锅 ha哈 hai骸 han酣 hang夯 hao壕 he呵 hei嘿 hen痕 heng哼 hong轰 hou喉 hu呼 hua花 huai槐
    huan欢 huang荒 hui灰 hun荤 huo豁 ji击 jia嘉 jian歼 jiang僵 jiao蕉 jie揭 jin巾 jing荆 jiong炯 jiu揪 ju鞠
    juan捐 jue撅 jun均 ka喀 kai开 kan刊 kang康 kao考 ke坷 ken肯 keng坑 kong空 kou抠 ku枯 kua夸 kuai块 kuan宽
    kuang匡 kui亏 kun坤 kuo括 la垃 lai莱 lan蓝 lang琅 lao捞 le勒 lei雷 leng棱 li厘 lia俩 lian联 liang粮 liao撩
    lie列 lin琳 ling玲 liu溜 long龙 lou楼 lu芦 luan峦 lue掠 lun抡 luo萝 ma妈 mai埋 man瞒 mang芒 mao猫 me么 mei玫
    men门 meng萌 mi眯 mian棉 miao苗 mie蔑 min民 ming明 miu谬 mo摸 mou谋 mu拇 na拿 nai氖 nan南 nang囊 nao挠 ne呢
    nei馁 nen嫩 neng能 ni妮 nian蔫 niang娘 niao鸟 nie捏 nin您 ning柠 niu牛 nong脓 nu奴 nuan暖 nue虐 nuo挪 o哦
    ou欧 pa啪 pai拍 pan攀 pang乓 pao抛 pei呸 pen喷 peng砰 pi坯 pian篇 piao飘 pie撇 pin拼 ping乒 po坡 pou剖 pu扑
    qi期 qia掐 qian牵 qiang枪 qiao橇 qie切 qin钦 qing青 qiong琼 qiu秋 qu趋 quan圈 que缺 qun裙 ran然 rang瓤 rao饶
    re惹 ren壬 reng扔 ri日 rong戎 rou揉 ru茹 ruan软 rui蕊 run闰 ruo若 sa撒 sai腮 san三 sang桑 sao搔 se瑟 sen森
    seng僧 sha莎 shai筛 shan珊 shang墒 shao梢 she奢 shen砷 sheng声 shi师 shou收 shu蔬 shua刷 shuai摔 shuan栓
    shuang霜 shui谁 shun吮 shuo说 si斯 song松 sou搜 su苏 suan酸 sui虽 sun孙 suo蓑 ta塌 tai胎 tan坍 tang汤 tao掏
    te特 teng藤 ti梯 tian天 tiao挑 tie贴 ting厅 tong通 tou偷 tu凸 tuan湍 tui推 tun吞 tuo拖 wa挖 wai歪 wan豌
    wang汪 wei威 wen瘟 weng嗡 wo挝 wu巫 xi昔 xia瞎 xian掀 xiang相 xiao萧 xie楔 xin薪 xing星 xiong兄 xiu休 xu墟
    xuan轩 xue靴 xun勋 ya压 yan焉 yang殃 yao邀 ye椰 yi一 yin茵 ying英 yo哟 yong拥 you幽 yu迂 yuan鸳 yue曰 yun耘
    za匝 zai栽 zan咱 zang赃 zao遭 ze责 zei贼 zen怎 zeng增 zha扎 zhai摘 zhan瞻 zhang樟 zhao招 zhe遮 zhen珍
    zheng蒸 zhi芝 zhong中 zhou舟 zhu珠 zhua抓 zhuai拽 zhuan专 zhuang桩 zhui椎 zhun谆 zhuo捉 zi兹 zong鬃 zou邹
    zu租 zuan钻 zui嘴 zun尊 zuo昨
"""
_SYLLABLES = [item[:-1] for item in _FIRST_CHARACTERS.split()]
_CODES = [int.from_bytes(item[-1].encode("gb2312")) for item in _FIRST_CHARACTERS.split()]
#: Other readings of characters that GB 2312 has under their commonest one.
_OTHER_READINGS = {
    "长": "zhang",
    "重": "chong",
    "行": "hang",
    "调": "tiao",
    "角": "jue",
    "的": "di",
    "还": "hai",
    "率": "shuai",
    "藏": "zang",
    "传": "zhuan",
    "似": "shi",
    "着": "zhe",
    "了": "le",
    "什": "shen",
    "吁": "xu",
    "曾": "ceng",
}
_LAST_BY_SYLLABLE = 0xD7F9  # after it the characters are in the order of their radicals
#: Of each syllable the standard characters that do not stand in that order; tools/syllables.py makes it from Unihan.
RARE = Path(__file__).with_name("rare_syllables.txt")


def primary(tag: str) -> str:
    """The primary subtag of a language tag, in lower case; empty for none and for ``und``."""
    subtag = tag.partition("-")[0].lower()
    return "" if subtag == "und" else subtag


def ideographic(tag: str) -> bool:
    """Tell languages that are written in Chinese characters without blanks between words."""
    return primary(tag) in _IDEOGRAPHIC


def is_chinese(tag: str) -> bool:
    """Tell the tags of Chinese, whose characters are folded, in whichever script."""
    return primary(tag) == "zh"


def guessed(text: str) -> str:
    """The language of words that come without a tag, of WORD_LANGUAGES."""
    return "zh" if has_han(text) else "en"


def guessed_language(text: str) -> str | None:
    """The language that a longer text is in, as a tag: zh, zh-Hant or en; None where that is not to be seen."""
    characters = _HAN_ONLY.findall(text)
    if len(characters) > len(text) / 5:
        unlike = sum(simplified(character) != character for character in characters)
        return "zh-Hant" if unlike > len(characters) / 20 else "zh"
    words = re.findall(r"[^\W\d_]+", text.lower())
    return "en" if sum(word in _ENGLISH for word in words) > len(words) / 6 else None


def by_language(text: str) -> list[tuple[str, str]]:
    """A text in two of WORD_LANGUAGES, one after the other, as (tag, words) of each; any other whole, without a tag."""
    ends = [0, *(end.end() for end in _SENTENCE.finditer(text)), len(text)]
    sentences = [text[start:end] for start, end in pairwise(ends) if text[start:end].strip()]
    tags = [guessed_language(item) or guessed(item) for item in sentences]
    changes = [place for place in range(1, len(tags)) if tags[place] != tags[place - 1]]
    if len(changes) != 1:
        return [("", text)]
    (change,) = changes
    return [(tags[0], "".join(sentences[:change]).strip()), (tags[-1], "".join(sentences[change:]).strip())]


def indexed(tag: str, text: str) -> str:
    """The language under which words are indexed: one of WORD_LANGUAGES, else OTHER; guessed, when there is no tag."""
    subtag = primary(tag)
    if not subtag:
        return guessed(text)
    return subtag if subtag in WORD_LANGUAGES else OTHER


def has_han(text: str) -> bool:
    """Tell whether a Chinese character is in ``text``."""
    return not text.isascii() and _HAN_ONLY.search(text) is not None


def initial(text: str) -> str:
    """The letter under which a name stands in an index: its first, or that of its first syllable; else ``#``."""
    first = next((item for item in text if item.isalnum()), "")
    if has_han(first):
        return _syllable(first)[:1].upper() or "#"
    return first[:1].upper() if first.isalpha() else "#"


def initials(text: str) -> str:
    """The letters of a name's syllables and words, in lower case: 人工智能 -> rgzn, data security -> ds."""
    return "".join(item[0] for item in syllables(text) if item[0].isalpha())


def syllables(text: str, other: bool = False) -> list[str]:
    """The syllables of a name's Chinese characters, without tones, and its words: 5G 技术 -> 5g, ji, shu.

    Of a character with several readings it is the commonest, or one of the ``other``; of one that is not among the
    8,105 general standard characters none is known.
    """
    found = re.findall(f"[{HAN}]|[^\\W_{HAN}]+", text)
    return [heard for item in found if (heard := _syllable(item, other) if has_han(item) else item.lower())]


def toneless(typed: str) -> str:
    """Syllables that are typed, without tones and what stands between: ``wǎng luò``, ``wang3 luo4`` -> wangluo."""
    letters = (item for item in unicodedata.normalize("NFD", typed.lower()) if not unicodedata.combining(item))
    return re.sub(r"(?<=[a-z])[1-5](?![0-9])|[\W_]", "", "".join(letters)).replace("v", "u")


def in_order_of_syllables(character: str) -> bool:
    """Tell the 3,755 characters that GB 2312 has in the order of their syllables."""
    return _CODES[0] <= _code(character) <= _LAST_BY_SYLLABLE


def _code(character: str) -> int:
    return int.from_bytes(character.encode("gb2312", "ignore"))


def _syllable(character: str, other: bool = False) -> str:
    plain = simplified(character)
    if other and plain in _OTHER_READINGS:
        return _OTHER_READINGS[plain]
    if in_order_of_syllables(plain):
        return _SYLLABLES[bisect(_CODES, _code(plain)) - 1]
    return _rare().get(plain) or _rare().get(character, "")


@cache
def _rare() -> Mapping[str, str]:
    lines = (line.split() for line in RARE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {character: syllable for syllable, characters in lines for character in characters}


def simplified(text: str) -> str:
    """Each traditional, variant or compatibility character by its simplified one, without regard to its neighbours."""
    return text.translate(_SIMPLIFIED)


@cache
def simplified_characters() -> Mapping[str, str]:
    """Every character that ``simplified`` changes, with the one that it becomes."""
    changed = ((chr(code), _simplified(chr(code))) for first, last in _RANGES for code in range(first, last + 1))
    return {character: other for character, other in changed if character != other}


def mainland(text: str) -> str:
    """Chinese in the words of the mainland as well as in its characters: 人工智慧 -> 人工智能, 數位 -> 数字."""
    if not has_han(text):
        return text
    with _CONVERTING:
        return _converter("tw2sp")(text)


def stem(word: str) -> str:
    """An English word in lower case without its plural and its British spelling; any other word as it is.

    Only inflection of number: "governments" is not "governance", and "developing" not "developed".
    """
    return _stem(word) if word.isascii() and word.isalpha() else word  # numbers are many, and not worth remembering


@cache_short_texts(16_384)
def _stem(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4:
        return word
    word = _singular(word)
    for pattern, replacement in _SPELLING:
        changed = pattern.sub(replacement, word)
        if changed != word:
            return changed
    return word


def _singular(word: str) -> str:
    if word in _SINGULAR or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]


class _Simplified(dict[int, str]):
    """A table for ``str.translate`` that is filled as characters are met: there are 100,000, and few are used.

    Of the million others, which somebody may send, it keeps those of the alphabets.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        found = _simplified(character)
        if code < _SYMBOLS or has_han(character):
            self[code] = found
        return found


_SYMBOLS = 0x3000  # the alphabets and common signs stand before it


_SIMPLIFIED = _Simplified()


def _simplified(character: str) -> str:
    """A character converted until nothing changes any more: what takes two steps meets what takes one."""
    if not has_han(character):
        return character
    seen = {character}
    while len(other := _converter("t2s")(character)) == 1 and other not in seen:
        seen.add(other)
        character = other
    return character


@cache
def _converter(configuration: str) -> Callable[[str], str]:
    from opencc import OpenCC  # here: most commands have no use for its tables

    convert: Callable[[str], str] = OpenCC(configuration).convert
    return convert
