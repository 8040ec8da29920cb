"""Writes the fixtures of this folder with PyTorch and the struct module alone, and reads a file of the library back.

python3 make_fixtures.py write          writes pytorch-linear-f32.safetensors and -f64, prints the expected probabilities
python3 make_fixtures.py read FILE      prints name, shape and sum of each tensor of FILE, and the metadata
"""
import json
import struct
import sys

import torch

DTYPES = {torch.float32: "F32", torch.float64: "F64"}


def write(path, tensors):
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        data = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, buffer = json.loads(content[8:8 + length]), content[8 + length:]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = {value: key for key, value in DTYPES.items()}[entry["dtype"]]
        tensors[name] = torch.frombuffer(bytearray(buffer[begin:end]), dtype=dtype).reshape(entry["shape"])
    return metadata, tensors


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(3, 4)
        self.fc2 = torch.nn.Linear(4, 5)
        self.out = torch.nn.Linear(5, 2)
        self.register_buffer("steps", torch.zeros(()))

    def forward(self, x):
        return torch.softmax(self.out(torch.tanh(self.fc2(torch.relu(self.fc1(x))))), 1)


if sys.argv[1] == "write":
    torch.manual_seed(3)
    model = Model().double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.float())  # So that both files hold the same numbers.
        print(model(torch.tensor([[0.5, -1.25, 2.0], [-0.75, 0.1, 0.3]], dtype=torch.float64)).tolist())
    write("pytorch-linear-f64.safetensors", model.state_dict())
    write("pytorch-linear-f32.safetensors", model.float().state_dict())
else:
    metadata, tensors = read(sys.argv[2])
    print(json.dumps(metadata, indent=1))
    for name, tensor in tensors.items():
        print(name, list(tensor.shape), tensor.dtype, tensor.double().sum().item())
