"""The units that figures are read with: units of measure, which have one spelling each, and nouns that are counted."""

from __future__ import annotations

import re
from typing import Final

_SCALE: Final = r"(?:nghìn tỷ|nghìn tỉ|ngàn tỷ|trăm tỷ|tỷ|tỉ|triệu|nghìn|ngàn)"
_MONEY: Final = r"(?:đồng(?! chí| bào)|VNĐ|VND|USD|đô la Mỹ|đô la|EUR|euro)"
_PER: Final = (
    r"(?: ?/ ?(?:học sinh|hồ sơ|lao động|đầu người|dự án|km2|m2|m3|USD"
    r"|[a-zđàáảãạăâèéẻẽẹêìíỉĩịòóỏõọôơùúủũụưừứửữựỳýỷỹỵếềểễệốồổỗộớờởỡợấầẩẫậắằẳẵặ]+)"
    r"(?!\w))*"
)
"""What a figure is for each of: đồng/tháng, triệu đồng/người/năm."""
_COUNTED_IN_SCALE: Final = (
    rf"{_SCALE} (?:lượt khách|lượt người|lượt|người|thẻ|tấn|m3|m2|hồ sơ|hộ|cây|con|kWh|văn bản|tài khoản|lao động"
    r"|khách|bản ghi|dữ liệu|ca)"
)
_YEARS_IN_A_ROW: Final = r"năm (?:liên tiếp|liên tục|liền)"

MEASURE: Final = re.compile(
    rf"(?:{_YEARS_IN_A_ROW}(?!\w)"
    rf"|điểm phần trăm(?!\w)|điểm ?%|phần trăm(?!\w){_PER}|%{_PER}|‰{_PER}"
    rf"|(?:{_SCALE} )?{_MONEY}(?!\w){_PER}"
    rf"|{_COUNTED_IN_SCALE}(?!\w){_PER}"
    rf"|người ?/ ?km2(?!\w)|người ?/ ?hộ(?!\w)"
    rf"|(?:ngày làm việc|ngày công|ngày|tháng|tuần lễ|tuần|năm|giờ làm việc|giờ|phút|giây|tuổi|con số|lần|điểm|km2|km"
    rf"|ha|héc ta|m2|m3|mm|cm|mét|lít|tấn|tạ|kg"
    rf"|MWh|MWp|MW|kWh|GWh|kV|GB|TB|Mbps|m)(?!\w){_PER}"
    rf"|{_SCALE}(?!\w))"
)
"""A unit of measure right behind a number."""

_COUNTED_NOUNS: Final = (
    "đơn vị hành chính|đơn vị sự nghiệp|đơn vị|thành viên|đồng chí|đại biểu|ý kiến|lượt ý kiến|lượt khách"
    "|lượt người|lượt|hộ nghèo|hộ cận nghèo|hộ gia đình|hộ dân|hộ"
    "|hồ sơ|thủ tục|dịch vụ công|dịch vụ|cơ sở dữ liệu|cơ sở|cơ quan|chỉ tiêu|chỉ số|tiêu chí|nhiệm vụ"
    "|nhóm nhiệm vụ|nhóm|giải pháp|dự án|công trình|đề án"
    "|kế hoạch|chương trình|nghị quyết|quyết định|văn bản|báo cáo|biên bản|bản|chương|điều|mục|trang|phụ lục"
    "|mô hình|câu lạc bộ|lớp|khóa|trường|bệnh viện|trạm y tế|trạm"
    "|giường bệnh|bác sĩ|giáo viên|học sinh|sinh viên|cán bộ|công chức|viên chức|chiến sĩ|biên chế|đảng viên"
    "|đảng bộ|chi bộ|tổ chức cơ sở đảng|tổ chức|hội viên|đoàn viên"
    "|người|công dân|lao động|nhân khẩu|trẻ em|phụ nữ|nạn nhân|đối tượng|doanh nghiệp|hợp tác xã|hộ kinh doanh"
    "|sản phẩm|thẻ|tài khoản|chữ ký số|điểm cầu|điểm tiếp nhận"
    "|tỉnh, thành phố|tỉnh|thành phố|huyện|quận|xã, phường, đặc khu|xã, phường|phường, xã|phường|xã|thị trấn"
    "|đặc khu|thôn|bản làng|khu phố|tổ dân phố|địa phương|sở, ngành|sở|bộ, ngành|bộ|ngành"
    "|vụ án|vụ việc|vụ|bị can|người chết|người bị thương|tai nạn|phương tiện|xe|tàu|chuyến|tuyến|cầu|nhà máy"
    "|khu công nghiệp|cụm công nghiệp|khu|cụm|tổ|tồn tại|hạn chế|kiến nghị|câu hỏi"
    "|hội nghị|cuộc họp|cuộc|phiên họp|phiên|buổi|đợt|giai đoạn|bước|lĩnh vực|nội dung|hạng mục|gói thầu|gói"
    "|máy chủ|máy tính|máy|thiết bị|hệ thống|phần mềm|camera|trường hợp|phản ánh|đơn thư|đơn"
    "|DN|HTX|TTHC|CBCCVC|CBCC|KCN|CCN"
    "|số xã|số hộ|số phường|số hồ sơ|số doanh nghiệp|số người|số vụ|số thôn|số trường|số dân|dân số|diện tích"
    "|tổng số|mũi đột phá|đột phá|khâu|trụ cột|vùng|ca|cây|con|căn|nhà|phòng|suất|giải|huân chương|bằng khen"
)
COUNTED: Final = re.compile(rf"(?:{'|'.join(sorted(_COUNTED_NOUNS.split('|'), key=len, reverse=True))})(?!\w)")
"""A noun that is counted, right behind a number."""

ANY_WORD: Final = re.compile(r"[a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]+(?!\w)")
"""A word without capitals: what is counted, unless it is one of `NO_NOUNS`."""

_FUNCTION_WORDS: Final = (
    "và hoặc hay của trong ngoài trên dưới đến tới là được bị có các những với theo tại cho từ để khi thì"
    " mà so cao thấp tăng giảm này đó kia đã đang sẽ cùng như nhưng do vì nên ở về qua sau trước giữa bằng"
    " hơn kém đạt còn chiếm không chưa cũng vẫn đều rất lại ra vào lên xuống trở ban tiếp thông bao gồm"
    " nêu gửi kèm quy căn thực hiện phê duyệt triển tổ áp hoàn nối phối thuộc dẫn đứng xếp đi làm lúc ngay"
    " nhất nhì"
)
NO_NOUNS: Final = frozenset(_FUNCTION_WORDS.split())
"""Words behind a number that are not what it counts."""

_SPELLINGS: Final = (
    (re.compile(r" ?/ ?"), "/"),
    (re.compile(r"\btỉ\b"), "tỷ"),
    (re.compile(r"\bngàn\b"), "nghìn"),
    (re.compile(r"\b(?:VNĐ|VND)\b"), "đồng"),
    (re.compile(r"\bđô la(?: Mỹ)?\b"), "USD"),
    (re.compile(r"^phần trăm"), "%"),
    (re.compile(r"^điểm ?%$"), "điểm %"),
)


def spell_unit(text: str) -> str:
    """Give the one spelling of a unit."""
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text
