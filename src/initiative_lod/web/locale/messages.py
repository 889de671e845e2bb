"""What can go wrong, in Chinese and in English: the words that a visitor reads when a request cannot be answered.

A ``Message`` is its English text, and knows the Chinese one: an error that is raised with it needs no more. An error of
a room that knows no languages (a query's) is told in Chinese by its class, followed by its own English.
"""

from __future__ import annotations

from collections.abc import Mapping

from initiative_lod import errors
from initiative_lod.errors import InitiativeLodError
from initiative_lod.sparql.protocol import ProtocolError

MESSAGES: dict[str, tuple[str, str]] = {
    "nothing_at": ("地址 {} 处没有任何内容", "there is nothing at {}"),
    "path": ("这里不会有路径为 {!r} 的内容", "nothing here can have the path {!r}"),
    "unknown": ("这里没有关于 <{}> 的记录", "nothing is known about <{}>"),
    "unknown_compared": (
        "这里没有关于 <{}> 的记录；它的 IRI 写在它的页面上，也可以搜索",
        "nothing is known about <{}>: its IRI stands on its page; search finds it",
    ),
    "no_page": (
        "<{1}> 没有第 {0} 页：最后一页是第 {2} 页",
        "there is no page {0} about <{1}>: the last is {2}",
    ),
    "no_such_page": ("<{1}> 没有第 {0} 页", "there is no page {0} about <{1}>"),
    "no_question": (
        "本版本没有名为 {0!r} 的问题；{1}/questions 列出了全部问题",
        "this release has no question {0!r}; {1}/questions lists them all",
    ),
    "no_dump": ("没有名为 {!r} 的整体下载；现有：{}", "there is no dump {!r}; there are: {}"),
    "no_release": ("没有名为 {!r} 的发布版本", "there is no release {!r}"),
    "no_release_but": ("没有名为 {!r} 的发布版本；是否指 {!r}？", "there is no release {!r}; did you mean {!r}?"),
    "no_file": ("没有名为 {!r} 的文件", "there is no file {!r}"),
    "page": ("参数 page 的值是 {!r}，应为从 1 起的数字", "page is {!r}, and must be a number from 1"),
    "mediatype": (
        "参数 _mediatype 的值是 {!r}，这不是媒体类型；例如 text/turtle",
        "_mediatype is {!r}, and that is no media type",
    ),
    "iri": ("参数 iri 的值是 {!r}，应为完整的 IRI：{}", "iri is {!r}, and must be an absolute IRI: {}"),
    "style": ("参数 style 的值是 {!r}，可用的有：{}", "style is {!r}, and there are: {}"),
    "argument": ("参数有误：{}", "{}"),
    "not_sent_as": ("<{}> 没有 {!r} 这种格式", "<{}> cannot be sent as {!r}"),
    "context_forms": ("JSON-LD 上下文只有 JSON 格式", "the context is JSON"),
    "linkset_forms": ("链接集只有两种格式", "a linkset has two forms"),
    "cite_forms": ("引用信息没有这种格式", "a citation cannot be had so"),
    "page_forms": ("此地址可用的格式：{}", "this address answers in {}"),
    "search_forms": ("搜索结果只有 JSON 与 HTML 两种格式", "the search answers in JSON and HTML"),
    "search_fields": ("一次搜索最多 {} 个参数", "a search has at most {} arguments"),
    "search_busy": ("同时进行的搜索太多：请稍后再试", "too many searches at once: try again in a second"),
    "no_search_index": (
        "本版本没有可读的搜索索引，无法搜索；各页面与 SPARQL 仍可使用",
        "this release has no search index that can be read, so nothing can be searched; pages and SPARQL are as ever",
    ),
    "compare_fields": ("一次比较最多 {} 个参数", "a comparison has at most {} arguments"),
    "compare_none": (
        "没有选择任何内容：请给出 {0} 至 {1} 个 iri，如 {2}?iri=…&iri=…",
        "nothing was chosen: give iri {0} to {1} times, as in {2}?iri=…&iri=…",
    ),
    "compare_one": (
        "只选择了一项：请给出 {0} 至 {1} 个 iri，如 {2}?iri=…&iri=…",
        "only one thing was chosen: give iri {0} to {1} times, as in {2}?iri=…&iri=…",
    ),
    "compare_many": (
        "选择了 {} 项，最多可并排比较 {} 项：请去掉几项",
        "{} things were chosen, and at most {} fit beside each other: leave some out",
    ),
    "method": ("此处不能使用 {}；可以使用：{}", "{} is not possible here; what is: {}"),
    "damaged_release": (
        "发布版本 {} 已损坏，无法读取；其他版本仍可读取",
        "release {} is damaged and cannot be read; the others can",
    ),
    "accept_datetime": (
        "Accept-Datetime 的值是 {!r}，应为 HTTP 日期，如 {}",
        "Accept-Datetime is {!r}, and must be a date such as {}",
    ),
    "no_memento": ("任何已发布的版本都没有 {}", "no release that was published has {}"),
    "damaged_pair": (
        "发布版本 {} 与 {} 之一已损坏，无法比较",
        "releases {} and {} cannot be compared: one of them is damaged",
    ),
    "too_different": (
        "在这里比较这两个版本用时太长；请在命令行运行 initiative-lod release diff {} {}",
        "comparing these two takes too long here: run 'initiative-lod release diff {} {}'",
    ),
    "comparing": ("正在比较其他版本：请稍后再试", "other releases are being compared: try again in a second"),
    "unavailable": (
        "目前没有可供查阅的发布版本：请稍后再试",
        "no release can be shown just now: try again later (the server's log says why)",
    ),
    "ours": ("服务器出错，已记入日志", "an error of this server; it has been logged"),
}

#: By status: what happened, in a few words.
TITLES: dict[int, tuple[str, str]] = {
    400: ("请求有误", "Bad request"),
    403: ("不允许", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不能使用此方法", "Method not allowed"),
    406: ("没有可接受的格式", "Not acceptable"),
    408: ("请求未能及时送达", "The request took too long"),
    413: ("太大", "Too large"),
    414: ("地址太长", "Address too long"),
    415: ("不支持的媒体类型", "Unsupported media type"),
    429: ("请求太多", "Too many requests"),
    500: ("服务器内部错误", "Internal error"),
    502: ("外部服务出错", "A service failed"),
    503: ("暂时不可用", "Not available now"),
    504: ("查询用时太长", "The query took too long"),
    507: ("查询需要的内存太多", "The query needs too much memory"),
}

#: Of errors that come with an English text only: what it is about, and what to do.
ABOUT: Mapping[type[InitiativeLodError], str] = {
    errors.QuerySyntaxError: "这不是有效的 SPARQL 查询，出错的位置见下。",
    errors.QueryForbidden: "不允许：本端点只读，也不调用名单以外的服务。",
    errors.QueryTooComplex: "查询太长或嵌套太深：请分成几条较小的查询。",
    errors.ServiceError: "查询所调用的外部服务没有正确答复。",
    errors.QueryTimeout: "查询用时超过上限，已停止：请写得更具体，或加上 LIMIT。",
    errors.QueryMemory: "查询需要的内存超过上限，已停止：请减少一次排序、分组或连接的数据。",
    errors.QueryTooLarge: "结果超过行数或字节数的上限：请用 LIMIT 减少，或下载整体数据。",
    errors.QueryLimit: "查询被中止：请再试一次。",
    errors.ClientBusy: "您正在运行或刚刚发送的查询太多：请等前面的查询有了答复再试。",
    errors.Busy: "服务器正忙，排队已满：请稍后再试。",
    ProtocolError: "请求不符合 SPARQL 协议。",
    errors.NotAcceptable: "没有所要求的结果格式。",
    errors.QueryError: "查询无法执行。",
}


class Message(str):
    """An English text that knows its Chinese."""

    __slots__ = ("zh",)
    zh: str


def message(key: str, *values: object) -> Message:
    """The message ``key`` with ``values`` put in. Raises KeyError for one that is not there."""
    zh, en = MESSAGES[key]
    text = Message(en.format(*values))
    text.zh = zh.format(*values)
    return text


def title(status: int, language: str) -> str:
    """What a status means, in a few words."""
    return TITLES.get(status, ("出错", "Error"))[0 if language == "zh" else 1]


def told(error: BaseException, language: str) -> list[tuple[str, str]]:
    """What an error says to a reader of ``language``: (text, its language), one or two of them."""
    text = error.args[0] if error.args else str(error)
    if isinstance(error, errors.ReleaseError) and not isinstance(text, Message):
        text = message("unavailable")  # where a release lies is the operator's business, and nobody else's
    if language != "zh":
        return [(str(text), "en")]
    if isinstance(text, Message):
        return [(text.zh, "zh")]
    about = next((ABOUT[kind] for kind in type(error).__mro__ if kind in ABOUT), None)
    return [*([(about, "zh")] if about else []), (str(text), "en")]
