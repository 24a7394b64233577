"""scikit-learn's side: PCA with its default settings, all components."""
import json, sys, time

import numpy as np
import sklearn
from sklearn.decomposition import PCA

faces, numbers = int(sys.argv[1]), int(sys.argv[2])
generator = np.random.default_rng(0)
modes = generator.standard_normal((20, numbers)) / np.arange(1, 21)[:, None]
x = (generator.standard_normal((faces, 20)) @ modes + 0.01 * generator.standard_normal((faces, numbers))).astype(np.float32)
PCA().fit(x)
print(json.dumps({"version": f"scikit-learn {sklearn.__version__}"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(int(line)):
        PCA().fit(x)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
