"""What can go wrong with the private cluster, and what to do about it."""

from gridmap.errors import GridmapError


class ClusterNotStarted(GridmapError):
    """The server ended, or did not get ready in time."""

    code = "cluster_not_started"
    zh = "数据库没有启动：{reason}（日志：{log}）"
    en = "The database did not start: {reason} (log: {log})"


class ClusterNotStopped(GridmapError):
    """The server did not end in time."""

    code = "cluster_not_stopped"
    zh = "数据库未能在 {seconds} 秒内停止。"
    en = "The database did not stop within {seconds} s."


class SocketFolderUnsafe(GridmapError):
    """Somebody else made the folder where our socket would go."""

    code = "socket_folder_unsafe"
    zh = "文件夹 {folder} 属于其他用户，不能存放数据库套接字。请删除它，或设置 TMPDIR。"
    en = "The folder {folder} belongs to somebody else; the database's socket cannot go there. Remove it or set TMPDIR."


class ClusterOfAnotherUser(GridmapError):
    """The cluster was made by another user of this machine."""

    code = "cluster_of_another_user"
    zh = "{folder} 中的数据库属于用户 {owner}，请以该用户运行。"
    en = "The database in {folder} belongs to the user {owner}; run this as that user."
