"""Writes the fixtures torch-*.onnx: what torch.onnx.export makes of small networks.

Run by hand with PyTorch 1.13.1: python3 make_torch.py
"""

import torch
from torch import nn


class Viewed(nn.Module):
    """A network on images that flattens them by view, which is exported as a chain of operators on the shape."""

    def __init__(self, form):
        super().__init__()
        self.form = form
        self.first = nn.Linear(12, 6)
        self.second = nn.Linear(6, 4)

    def forward(self, x):
        if self.form == "view":
            x = x.view(x.size(0), -1)
        elif self.form == "reshape":
            x = x.reshape(-1, 12)
        else:
            x = torch.flatten(x, 1)
        return torch.softmax(self.second(torch.relu(self.first(x))), dim=1)


class Wordy(nn.Module):
    """One output and functions that PyTorch has no module for."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 8)
        self.second = nn.Linear(8, 1)

    def forward(self, x):
        x = (x - 0.5) / 2
        x = self.first(x)
        x = x * torch.sigmoid(x)
        return self.second(x).squeeze(-1) * 10 + 3


def functions(*modules):
    layers = [nn.Linear(5, 6)]
    for module in modules:
        layers += [module, nn.Linear(6, 6)]
    return nn.Sequential(*layers)


def save(name, network, sample, dynamic=True, **options):
    network.eval()
    axes = {"input": {0: "batch"}, "output": {0: "batch"}} if dynamic else None
    torch.onnx.export(
        network, sample, f"torch-{name}.onnx", input_names=["input"], output_names=["output"], dynamic_axes=axes, **options)


torch.manual_seed(1)
rows = torch.rand(3, 5)
images = torch.rand(3, 1, 3, 4)
save("functions", functions(nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.SELU(), nn.Softplus(), nn.Sigmoid(), nn.Tanh()), rows)
save("smooth", functions(nn.GELU(), nn.SiLU(), nn.Mish(), nn.PReLU(), nn.ReLU()), rows)
save("double", nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2), nn.Sigmoid()).double(), rows.double())
save("norm", nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3), nn.Softmax(dim=-1)), rows)
save("batchnorm-first", nn.Sequential(nn.BatchNorm1d(5), nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 3)), rows)
save("no-bias", nn.Sequential(nn.Linear(5, 6, bias=False), nn.ReLU(), nn.Linear(6, 3, bias=False)), rows)
save("fixed-batch", nn.Sequential(nn.Flatten(), nn.Linear(12, 6), nn.ReLU(), nn.Linear(6, 3)), images[:1], dynamic=False)
save("opset9", nn.Sequential(nn.Linear(5, 6), nn.Dropout(0.3), nn.ReLU(), nn.Linear(6, 3), nn.Softmax(dim=1)), rows, opset_version=9)
save("training", nn.Sequential(nn.Linear(5, 6), nn.Dropout(0.3), nn.ReLU(), nn.Linear(6, 3)), rows, do_constant_folding=False)
save("relu6", nn.Sequential(nn.Linear(5, 6), nn.ReLU6(), nn.Linear(6, 3)), rows)
save("gelu-tanh", nn.Sequential(nn.Linear(5, 6), nn.GELU(approximate="tanh"), nn.Linear(6, 3)), rows)
save("convolution", nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(12, 3)), images)
save("wordy", Wordy(), rows)
for form in ["view", "reshape", "flatten"]:
    save(form, Viewed(form), images)
