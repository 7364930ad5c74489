"""What can be wrong around the devices of a kiosk, in words for the installer, each with its remedy."""

from device_drivers.status import Condition, Level


def _error(code: str, zh: str, en: str, zh_remedy: str, en_remedy: str) -> Condition:
    return Condition(Level.ERROR, code, {"zh": zh, "en": en}, {"zh": zh_remedy, "en": en_remedy})


def _warning(code: str, zh: str, en: str, zh_remedy: str, en_remedy: str) -> Condition:
    return Condition(Level.WARNING, code, {"zh": zh, "en": en}, {"zh": zh_remedy, "en": en_remedy})


CONFIG = _error(
    "config.unusable",
    "配置文件不能用",
    "The configuration cannot be used",
    "按每行的提示修改；样例见 config/kiosk.toml",
    "Change what each line names; config/kiosk.toml is an example",
)
RUNNING = _warning(
    "kiosk.running",
    "终端程序正在运行，设备由它占用，没有逐个试",
    "The kiosk runs and holds the devices; they were not tried",
    "用终端上的维护界面，或先停止：systemctl stop lobbypay-kiosk",
    "Use the staff screen at the kiosk, or stop it first: systemctl stop lobbypay-kiosk",
)
NOT_TRIED = _error(
    "test.not_tried",
    "没有试：终端程序正在运行",
    "Not tried: the kiosk is running",
    "用终端上的维护界面做这个测试，或先停止：systemctl stop lobbypay-kiosk",
    "Do this test on the staff screen, or stop the kiosk first: systemctl stop lobbypay-kiosk",
)
NO_DEVICE = _error(
    "test.no_device",
    "配置里没有这个设备",
    "The configuration has no such device",
    "在配置里加上这个设备的一节（样例见 config/kiosk.toml）",
    "Add the device's table to the configuration (see config/kiosk.toml)",
)
FAILED = _error(
    "device.failed",
    "设备试不成",
    "The device could not be tried",
    "检查电源、连接线，和配置里的端口、地址；设备的规则见 config/udev",
    "Check its power and cable, and the port or address in the configuration; rules: config/udev",
)
HANGS = _error(
    "device.hangs",
    "设备的驱动到时限仍没有应答",
    "The device's driver gave no answer in its time",
    "关掉设备电源再打开，重新插拔，然后重试；仍然如此请重启终端",
    "Switch the device off and on, plug it in again, then retry; else restart the kiosk",
)
NAME = _error(
    "server.name",
    "找不到服务器的名字",
    "The server's name cannot be resolved",
    "检查网线、DNS 设置，和配置里 [server] 的 url",
    "Check the network cable, the DNS settings, and url in [server]",
)
CERTIFICATE = _error(
    "server.certificate",
    "服务器的证书不能核实",
    "The server's certificate cannot be verified",
    "校准终端的时钟；安装 ca-certificates；检查服务器证书是否过期",
    "Set the clock; install ca-certificates; see whether the server's certificate has expired",
)
AWAY = _error(
    "server.away",
    "服务器没有应答",
    "The server does not answer",
    "检查网络、防火墙和服务器是否在运行；在终端上试 curl -I 加服务器地址",
    "Check the line, firewalls, and whether the server runs; try curl -I with its address",
)
REFUSED = _error(
    "server.refused",
    "服务器不认这台终端",
    "The server refuses this kiosk",
    "在后台生成新的配对码，再运行 lobbypay kiosk enrol --pairing-code",
    "Make a new pairing code in the back office, then lobbypay kiosk enrol --pairing-code",
)
NOT_ENROLLED = _error(
    "enrolment.none",
    "这台终端还没有配对",
    "This kiosk is not enrolled",
    "在后台生成配对码，再运行 lobbypay kiosk enrol --pairing-code",
    "Make a pairing code in the back office, then lobbypay kiosk enrol --pairing-code",
)
CLOCK = _warning(
    "clock.off",
    "终端时钟与服务器相差超过 5 分钟",
    "The kiosk's clock differs from the server's by more than 5 minutes",
    "打开时间同步：timedatectl set-ntp true；关机后时间不对请更换主板电池",
    "Switch time service on: timedatectl set-ntp true; replace the board's battery if it forgets",
)
NOT_SYNCHRONISED = _warning(
    "clock.not_synchronised",
    "时钟没有与时间服务器同步",
    "The clock is not synchronised",
    "timedatectl set-ntp true（或安装 chrony），并放行 UDP 123",
    "timedatectl set-ntp true (or install chrony), and let UDP 123 through",
)
JOURNAL_BROKEN = _error(
    "journal.broken",
    "缴费日志校验不通过",
    "The journal does not verify",
    "不要删除任何 journal*.sqlite3 文件。联网启动终端，让它与服务器核对，并联系物业系统管理员",
    "Delete no journal*.sqlite3 file. Start the kiosk online so that it compares with the server",
)
JOURNAL_UNAVAILABLE = _error(
    "journal.cannot_record",
    "缴费日志不能写入",
    "The journal cannot be written",
    "检查磁盘空间、文件系统是否只读，以及目录是否属于运行终端的用户",
    "Check the disk's space, whether it is read-only, and that the kiosk's user owns the folder",
)
NO_SPACE = _error(
    "space.none",
    "磁盘几乎满了",
    "The disk is all but full",
    "清理日志和旧文件（journalctl --vacuum-size=200M）；不要动 journal*.sqlite3",
    "Make room (journalctl --vacuum-size=200M); leave journal*.sqlite3 alone",
)
LITTLE_SPACE = _warning(
    "space.little",
    "磁盘空间不多了",
    "Little disk space is left",
    "清理日志和旧文件（journalctl --vacuum-size=200M）；不要动 journal*.sqlite3",
    "Make room (journalctl --vacuum-size=200M); leave journal*.sqlite3 alone",
)
FONTS = _error(
    "fonts.missing",
    "中文字体不全",
    "The Chinese fonts are missing or incomplete",
    "在程序目录运行 make setup",
    "Run make setup in the program's folder",
)
NO_DISPLAY = _error(
    "display.none",
    "没有图形界面在运行",
    "No display server is running",
    "启动 X（见 docs/install.md 第 6 步），再看 DISPLAY 是否设好",
    "Start X (docs/install.md, step 6) and see that DISPLAY is set",
)
NO_MONITOR = _warning(
    "display.no_monitor",
    "显卡上没有接显示器",
    "No monitor is connected",
    "检查显示器电源和视频线，换一个接口再试",
    "Check the monitor's power and cable; try another socket",
)
NO_TOUCH = _warning(
    "touch.none",
    "没有找到触摸屏",
    "No touch screen was found",
    "插好触摸屏的 USB 线；lsusb 应能看到它",
    "Plug in the touch screen's USB cable; lsusb should list it",
)
NOTHING_SCANNED = _error(
    "test_scan.nothing",
    "时间内没有扫到任何码",
    "No code was read in time",
    "把账单二维码放在镜头前 15 至 25 厘米，避开反光；仍扫不到请看扫码器一行",
    "Hold a bill's code 15 to 25 cm before the lens, without glare; then see the scanner's line",
)
NOT_PRINTED = _error(
    "test_page.not_printed",
    "测试页没有打出来",
    "The test page was not printed",
    "看打印机一行的提示，处理后再试",
    "See the printer's line, do what it says, and try again",
)
UNCERTAIN = _warning(
    "test_page.uncertain",
    "不能确定测试页是否打全",
    "It is not certain that the whole page was printed",
    "看纸上是否到最后一行并切断；没有则处理打印机后再试",
    "See whether the last line is there and the paper is cut; if not, see to the printer",
)
NOT_TAKEN = _warning(
    "test_payment.not_taken",
    "测试付款没有付成，没有扣款",
    "The test payment was not accepted; nothing was charged",
    "换一张卡，或按刷卡机屏幕上的提示处理后再试",
    "Try another card, or do what the terminal's screen says",
)
NOT_RETURNED = _error(
    "test_payment.not_returned",
    "测试付款没有撤销，或不能确认已撤销",
    "The test payment was NOT taken back, or nobody can tell",
    "在刷卡机的交易记录里找这一笔（凭证号见下行），有就手工撤销；然后再做一次测试付款",
    "Look for it in the terminal's list (numbers below) and void it there; then do another test",
)
IN_DOUBT = _error(
    "test_payment.in_doubt",
    "测试付款是否已撤销还不知道",
    "It is NOT known whether the test payment was taken back",
    "不要再试。接好刷卡机后启动终端，它会自动查询并撤销；或再运行一次本命令",
    "Do not repeat it. Connect the terminal and start the kiosk: it looks it up and takes it back",
)
CARD_UNRESOLVED = _error(
    "test_payment.payment_open",
    "有一笔刷卡缴费结果未定，现在不能试",
    "A card payment's outcome is not known yet: no test now",
    "启动终端，等它查清那一笔，再试；刷卡机再也查不到的，核实后用 lobbypay journal settle 了结",
    "Start the kiosk, let it find that outcome, then try again; what its terminal can never tell is"
    " ended with `lobbypay journal settle`",
)
