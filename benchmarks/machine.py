"""Names this machine, for the tables and for the folder that they are kept in."""
import os
import platform
import re


def cpu():
    """The processor as the operating system names it; with family and model, since some names are shared by generations."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            fields = dict(re.findall(r"^([\w ]+?)\s*: (.*)$", file.read(), re.MULTILINE))
        return f"{fields['model name'].strip()} (family {fields['cpu family']}, model {fields['model']})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def cores():
    return os.cpu_count()


def results():
    """The folder for this processor's results, beside this file."""
    name = re.sub(r"\((R|TM)\)|CPU|Processor|@.*?GHz", "", cpu())
    name = re.sub(r"[^\w.]+", "-", name.replace("family ", "").replace("model ", "")).strip("-")
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "results", name)
