"""ResNet3D-18 in PyTorch (eager, or torch.compile), a request null is one training step, {"rows": file} the prediction of a file of int16 patches; answers {seconds, cpuSeconds, finite}."""
import json
import math
import os
import sys
import time

settings = json.loads(sys.argv[1])
import torch
from torch import nn

if settings["threads"]:
    torch.set_num_threads(settings["threads"])


class Conv(nn.Conv3d):
    """TensorFlow's SAME padding, which for stride 2 pads the far side alone."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(inputs, outputs, kernel, stride)
        self.pad = kernel - 1

    def forward(self, x):
        total = [max((-(-n // self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - n, 0) for n in x.shape[2:]]
        sides = [side for n in reversed(total) for side in (n // 2, n - n // 2)]
        return super().forward(nn.functional.pad(x, sides) if any(sides) else x)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, first):
        super().__init__()
        self.before = nn.Identity() if first else nn.Sequential(nn.BatchNorm3d(inputs, 1e-3), nn.ReLU())
        self.residual = nn.Sequential(Conv(inputs, outputs, 3, stride), nn.BatchNorm3d(outputs, 1e-3), nn.ReLU(), Conv(outputs, outputs, 3))
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Conv3d(inputs, outputs, 1, stride)

    def forward(self, x):
        return self.residual(self.before(x)) + self.shortcut(x)


layers = [Conv(1, 64, 7, 2), nn.BatchNorm3d(64, 1e-3), nn.ReLU(), nn.MaxPool3d(3, 2, 1)]
channels = 64
for stage in range(4):
    for index in range(2):
        outputs = 64 * 2**stage
        layers.append(Block(channels, outputs, 2 if stage > 0 and index == 0 else 1, stage + index == 0))
        channels = outputs
model = nn.Sequential(*layers, nn.BatchNorm3d(channels, 1e-3), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(channels, 1))
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
kernels = [p for p in model.parameters() if p.dim() > 1]
batch = settings["batch"]
x = torch.randint(-1000, 400, (batch, 1, 32, 32, 32), dtype=torch.int16)
y = torch.arange(batch).remainder(2).float()
forward = torch.compile(model) if settings["compile"] else model


def step():
    inputs = (x.float().clamp(-1000, 400) + 1000) / 1400
    with torch.autocast("cpu", torch.bfloat16, enabled=settings["precision"] == "bfloat16"):
        logits = forward(inputs)[:, 0].float()
    loss = nn.functional.binary_cross_entropy_with_logits(logits, y) + 1e-4 * sum(k.square().sum() for k in kernels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss)


def predict(file):
    rows = torch.from_file(file, shared=False, size=os.path.getsize(file) // 2, dtype=torch.int16).view(-1, 1, 32, 32, 32)
    model.eval()
    with torch.inference_mode():
        return sum(float(forward((part.float().clamp(-1000, 400) + 1000) / 1400).sum()) for part in rows.split(batch))


if not settings.get("predicts"):
    step()
    step()
print("{}", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    loss = step() if request is None else predict(request["rows"])
    print(json.dumps(dict(seconds=time.perf_counter() - wall, cpuSeconds=time.process_time() - cpu, finite=math.isfinite(loss))), flush=True)
