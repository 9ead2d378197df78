"""Whether KVM runs a kernel here, or all must be emulated."""
import os
import subprocess
import tempfile
import time

# What the programs need (x86-64-v2, AES), and little that would have to be emulated besides.
EMULATED = ("-accel", "tcg,tb-size=256", "-cpu", "Westmere")
KVM = ("-accel", "kvm", "-cpu", "host")


def choose(kernel):
    """QEMU's words for the accelerator. /dev/kvm alone tells little: where this machine is a virtual one itself it may be there and run no ordinary kernel."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return EMULATED
    with tempfile.NamedTemporaryFile() as console:
        trial = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "pc", *KVM, "-m", "256", "-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot",
             "-serial", f"file:{console.name}", "-kernel", kernel, "-append", "console=ttyS0 earlyprintk=ttyS0 panic=-1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 15
            while trial.poll() is None and time.monotonic() < until:
                if "Linux version" in console.read().decode(errors="replace"):
                    return KVM
                time.sleep(0.1)
            console.seek(0)
            return KVM if "Linux version" in console.read().decode(errors="replace") else EMULATED
        finally:
            trial.kill()
            trial.wait()
