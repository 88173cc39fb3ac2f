"""Agencies and posts as sentences name them: who may be charged with something."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = r"[A-ZĐÀÁẢÃẠĂẮẰẲẴẶÂẤẦẨẪẬÈÉẺẼẸÊẾỀỂỄỆÌÍỈĨỊÒÓỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢÙÚỦŨỤƯỨỪỬỮỰỲÝỶỸỴ]\w*"
_FIELDS: Final = (
    "Tư pháp(?: - Hộ tịch)?|Nội vụ|Nội chính|Tài chính|Y tế|Xây dựng|Ngoại vụ|Du lịch|Khoa học và Công nghệ"
    "|Công [Tt]hương"
    "|Nông nghiệp và (?:Môi trường|Phát triển nông thôn)|Tài nguyên và Môi trường|Giáo dục và Đào tạo"
    "|Văn hóa, Thể thao và Du lịch|Văn hóa và Thể thao|Văn hóa - Xã hội|Dân tộc và Tôn giáo|Dân tộc"
    "|Thông tin và Truyền thông|Kế hoạch và Đầu tư|Lao động - Thương binh và Xã hội|Giao thông vận tải"
    "|Tuyên giáo và Dân vận|Tuyên giáo|Dân vận|Tổ chức|Kiểm tra|Kinh tế(?: - Hạ tầng)?|Khu kinh tế|Quản lý"
    "|Nhà nước|Chính trị|Phục vụ hành chính công|Hành chính công|Chuyển đổi số|Mặt trận Tổ quốc|Tổ quốc|Phụ nữ"
    "|Nông dân|Cựu chiến binh|Liên hiệp|Thanh niên|Quân sự|Biên phòng|Thống kê|Hải quan|Thuế"
)
"""What agencies are named after: of most such names only the first syllable has a capital."""
_NAME: Final = rf"(?: (?:(?:{_FIELDS})(?!\w)|{_WORD}(?:-{_WORD})?))*"
_OF_PLACE: Final = (
    r"(?: (?:tỉnh|thành phố|các xã|các phường|các địa phương|cấp xã|cấp tỉnh|xã|phường|đặc khu|khu vực|khu kinh tế"
    r"|Việt Nam|liên quan|cấp huyện|trực thuộc))*"
)
_AREAS: Final = r"(?:,? (?:và )?(?:phường|xã|đặc khu|thị trấn))*"

_ORGANS: Final = (
    r"Ban Thường vụ|Ban Chấp hành|Ban Cán sự(?: đảng)?|Ban Quản lý|Ban Chỉ đạo|Bộ Chỉ huy|Bộ Tư lệnh|(?:Sở|Ban|Bộ"
    r"|Cục|Chi cục|Phòng|Báo|Đài|Trường|Viện|Hội|Đoàn|Tổ|Thuế)(?= [A-ZĐỦ])|Văn phòng|Công an|Thanh tra|Kho bạc"
    r"|Bảo hiểm xã hội"
    r"|Hải quan|Ngân hàng|Tòa án|Viện kiểm sát|Viện Kiểm sát|Trung tâm|Tổ công tác|Hội đồng nhân dân|HĐND|UBND"
    r"|Ủy ban nhân dân|Uỷ ban nhân dân"
    r"|Ủy ban MTTQ|Ủy ban Mặt trận|Uỷ ban|Ủy ban|Mặt trận|MTTQ|Liên đoàn|Tỉnh ủy|Thành ủy|Đảng ủy|Đảng bộ"
    r"|Thường trực|Chính phủ|Tập đoàn|Công ty(?: [Cc]ổ phần| TNHH(?: MTV)?)?|Điện lực|Bưu điện|VNPT"
)
_POSTS: Final = (
    r"Chủ tịch|Phó Chủ tịch|Giám đốc|Phó Giám đốc|Chánh Văn phòng|Chánh Thanh tra|Chánh|Trưởng|Thủ trưởng"
    r"|Tổ trưởng|Bí thư|Cục trưởng|Bộ trưởng|Viện trưởng|Hiệu trưởng|Người đứng đầu"
    r"|[Nn]gười đứng đầu"
)
_GROUPS: Final = (
    r"[Cc]ác (?:sở|ngành|xã|phường|cơ quan|đơn vị|địa phương|ban|cấp ủy|cấp|phòng|bộ|huyện|thành viên|chủ đầu tư"
    r"|đồng chí)(?:,(?: ban,)? (?:ngành|ban|phường|đặc khu|đơn vị|địa phương|sở))*"
    r"|[Cc]ơ quan chủ trì|[Đđ]ơn vị chủ trì"
)
AGENCY: Final = re.compile(
    rf"(?<!\w)(?:(?:{_POSTS})(?:{_NAME}{_OF_PLACE}{_NAME})?|(?:{_ORGANS})(?!\w){_NAME}{_OF_PLACE}{_NAME}{_AREAS}|{_GROUPS})"
)
"""An agency, a post, or a group of agencies."""


def find_agencies(scan: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Give the places of agencies and posts between two places of a text."""
    return tuple((match.start(), match.end()) for match in AGENCY.finditer(scan, start, end))
