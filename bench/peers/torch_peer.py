"""PyTorch's side: torchvision networks, eager with channels_last memory, in float32 or by bfloat16 autocast."""
import json, sys, time

import torch
import torchvision

mode, name, batch, size, precision = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
network = {"mnv2": torchvision.models.mobilenet_v2, "efnb0": torchvision.models.efficientnet_b0,
           "efnb3": torchvision.models.efficientnet_b3}[name]
torch.manual_seed(0)
model = network(weights=None, num_classes=136).to(memory_format=torch.channels_last)
x = torch.rand(batch, 3, size, size).to(memory_format=torch.channels_last)
y = torch.rand(batch, 136) - 0.5
optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
bfloat16 = precision == "bf16"


def train():
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        loss = torch.square(model(x).float() - y).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def predict():
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        return model(x).float().numpy()


step = train if mode == "training" else predict
model.train(mode == "training")
step()
print(json.dumps({"version": f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
