"""What can be wrong with a photo that is sent in. Each is said at the field, with what to do."""

from gridmap.errors import GridmapError


class PhotoEmpty(GridmapError):
    """A file without content."""

    code = "photo_empty"
    zh = "照片“{name}”是空文件，请重新选择或拍摄。"
    en = "The photo “{name}” is empty: choose or take it again."


class PhotoTooLarge(GridmapError):
    """More bytes than ``photo_bytes_most``."""

    code = "photo_too_large"
    zh = "照片“{name}”超过 {limit} MB，请缩小后再上传。"
    en = "The photo “{name}” is larger than {limit} MB: make it smaller."


class PhotoUnreadable(GridmapError):
    """No picture at all, or one that ends early."""

    code = "photo_unreadable"
    zh = "照片“{name}”无法读取：不是 JPEG、PNG 或 WebP 图片，或文件不完整。请重新选择或拍摄。"
    en = "The photo “{name}” cannot be read: no JPEG, PNG or WebP, or not complete. Choose or take it again."


class PhotoIsHeic(GridmapError):
    """The format of newer phones, which nothing here decodes."""

    code = "photo_is_heic"
    zh = "照片“{name}”是 HEIC/AVIF 格式，无法读取。请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或另存为 JPEG 再上传。"
    en = "The photo “{name}” is HEIC or AVIF, which cannot be read here. Set the camera to “most compatible” and take it again, or save it as JPEG."


class PhotoMoves(GridmapError):
    """A picture of several frames."""

    code = "photo_moves"
    zh = "“{name}”是动图，请上传静态照片。"
    en = "“{name}” is animated: send a still photo."


class PhotoTooManyPixels(GridmapError):
    """A picture that would take the memory of the machine."""

    code = "photo_too_many_pixels"
    zh = "照片“{name}”像素过多，最多 {limit} 百万像素。请缩小后再上传，或在相机设置中调低分辨率。"
    en = "The photo “{name}” has too many pixels, at most {limit} million: make it smaller, or set the camera to a lower resolution."


class PhotoTooSmall(GridmapError):
    """A picture on which nothing can be seen."""

    code = "photo_too_small"
    zh = "照片“{name}”太小（{width} × {height}），看不清内容，请重新选择或拍摄。"
    en = "The photo “{name}” is too small ({width} × {height}) to show anything: choose or take another."


class TooManyPhotos(GridmapError):
    """More than ``photos_most`` for one report."""

    code = "too_many_photos"
    zh = "每件上报最多附 {limit} 张照片。"
    en = "A report takes at most {limit} photos."


class PhotoBytesSpent(GridmapError):
    """An address has sent ``anonymous_photos_mb_per_day`` without an account."""

    code = "photo_bytes_spent"
    zh = "今天从您的网络上传的照片已达 {limit} MB 上限。请先不附照片上报，或明天再传；有账号的请登录后上传。"
    en = "Your network has sent {limit} MB of photos today, which is the limit. File without photos, send them tomorrow, or sign in."


class PhotoRoomFull(GridmapError):
    """Photos that wait for their reports take all the room that they have."""

    code = "photo_room_full"
    zh = "照片暂存空间已满。请先不附照片上报，或一小时后再传；有账号的请登录后上传。"
    en = "There is no room for more photos right now. File without photos, try again in an hour, or sign in."


class PhotoNotSent(GridmapError):
    """A reference that nothing waits under: not sent, not by this caller or form, or more than a day ago."""

    code = "photo_not_sent"
    zh = "没有找到该照片：未随上报提交的照片只保留一天。请重新上传。"
    en = "There is no such photo: those that no report takes are kept for a day. Send it again."


class UnknownPhoto(GridmapError):
    """The report has no such photo."""

    code = "unknown_photo"
    zh = "该案件没有这张照片，请检查链接。"
    en = "The report has no such photo; check the link."


class PhotoTaken(GridmapError):
    """The photo is with another report already."""

    code = "photo_taken"
    zh = "该照片已附在另一件上报中，请重新上传。"
    en = "The photo is with another report already: send it again."


class PhotoGone(GridmapError):
    """The row is there, the file is not: a folder that was not restored, most likely."""

    code = "photo_gone"
    zh = "照片文件不在服务器上，可能是数据目录没有完整恢复。请联系系统管理员。"
    en = "The file of the photo is not on the server; its folder may not have been restored. Tell the administrator."
