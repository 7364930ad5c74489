"""The computer's own figures, from files as the kernel writes them."""

from contract.heartbeat import MachineReport
from kiosk.health.machine import Machine, conditions_of

ROUTE = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
)
WIRELESS = (
    "Inter-| sta-|   Quality        |   Discarded packets\n face | tus | link level noise |\n"
    " wlan0: 0000   58.  -52.  -256        0      0\n"
)


def kernel(root, **files: str):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_everything_that_the_kernel_says_is_told(tmp_path):
    kernel(
        tmp_path,
        proc__stat="cpu  100 0 100 800 0 0 0 0 0 0\n",
        proc__meminfo="MemTotal: 4096000 kB\nMemAvailable: 1024000 kB\n",
        proc__net__route=ROUTE,
        proc__net__wireless=WIRELESS,
        sys__class__thermal__thermal_zone0__temp="48500\n",
        sys__class__thermal__thermal_zone1__temp="61200\n",
        sys__class__thermal__thermal_zone2__temp="nonsense\n",
    )
    machine = Machine(tmp_path, lambda: -12.4, tmp_path)
    kernel(tmp_path, proc__stat="cpu  150 0 125 825 0 0 0 0 0 0\n")
    told = machine.report()
    assert (told.temperature_c, told.cpu_percent) == (61, 75)
    assert (told.memory_total_mb, told.memory_free_mb) == (4000, 1000)
    assert (told.network, told.signal_dbm, told.clock_offset_s) == ("wireless", -52, -12)
    assert told.disk_total_mb and told.disk_free_mb is not None


def test_what_cannot_be_read_is_not_told(tmp_path):
    told = Machine(tmp_path / "gone", lambda: 0.0, tmp_path).report()
    assert told == MachineReport(clock_offset_s=0)


def test_a_machine_without_a_way_out_says_so(tmp_path):
    kernel(tmp_path, proc__net__route=ROUTE.splitlines()[0] + "\n")
    assert Machine(tmp_path, lambda: 0.0, tmp_path).report().network == "none"


def test_what_somebody_should_see_to_is_a_condition_with_a_remedy():
    well = MachineReport(
        temperature_c=79, disk_free_mb=500, memory_free_mb=300, memory_total_mb=4000
    )
    bad = MachineReport(
        temperature_c=80, disk_free_mb=499, memory_free_mb=100, memory_total_mb=4000
    )
    assert conditions_of(well) == conditions_of(None) == conditions_of(MachineReport()) == []
    found = conditions_of(bad)
    assert [c.code for c in found] == ["machine.hot", "machine.disk_low", "machine.memory_low"]
    assert "80" in found[0].staff["zh"] and all(c.remedy["zh"] and c.remedy["en"] for c in found)
