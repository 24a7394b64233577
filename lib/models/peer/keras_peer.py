"""Keras's side of the parity tests: run by Python, with TensorFlow, tf_keras (Keras 2) and Keras 3.

    python keras_peer.py golden                 prints keras_golden.json
    python keras_peer.py parity IN OUT          models and numbers for parity_test.ts
    python keras_peer.py init OUT               classifiers as ImageNet's weights come, for parity_test.ts
    python keras_peer.py load JOBS.json         Keras's output of files that this library wrote
"""
import hashlib
import importlib
import json
import os
import sys
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf

POINTS = 68
PICTURES = 1_000_003


def formula(stream, length):
    """formula() of formula.ts."""
    with np.errstate(over="ignore"):
        x = np.arange(length, dtype=np.uint32) ^ (np.uint32(stream) * np.uint32(0x9E3779B1))
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return (x ^ (x >> np.uint32(16))).astype(np.float64) / 4294967296


def images(count, size):
    noise = formula(PICTURES, count * size * size * 3)
    x = np.arange(noise.size) // 3 % size
    return (0.5 * noise + 0.5 * x / size).astype(np.float32).reshape(count, size, size, 3)


# Batch, size and rate at which Keras agrees with itself to a few 1e-5 with oneDNN on and off. MobileNetV2 with formula
# weights is chaotic at smaller sizes and larger rates: there two builds of TensorFlow part within five steps.
TRAINING = {"mnv2": (8, 128, 1e-4), "efnb0": (4, 64, 1e-3), "efnb3": (4, 64, 1e-3)}


def labels(count):
    return (formula(PICTURES + 1, count * 2 * POINTS) - 0.5).astype(np.float32).reshape(count, -1)


def fill(model):
    stream = 0
    for layer in model.layers:
        values = layer.get_weights()
        for i, (weight, value) in enumerate(zip(layer.weights, values)):
            name = weight.name.split("/")[-1].split(":")[0]
            if name == "count":
                continue
            stream += 1
            unit = formula(stream, value.size).reshape(value.shape)
            if name.endswith("kernel"):
                fan = np.prod(value.shape[:2]) if "Depthwise" in type(layer).__name__ else value.size / value.shape[-1]
                values[i] = ((2 * unit - 1) * np.sqrt(3 / fan)).astype(np.float32)
            elif name == "gamma" or name.endswith("variance"):
                values[i] = (0.5 + unit).astype(np.float32)
            else:
                values[i] = ((unit - 0.5) / 2).astype(np.float32)
        layer.set_weights(values)


def build(keras, network, size, dropout=None):
    """The networks of the ACR Loss release; efnb*_applications stands for tf.keras.applications' own."""
    shape = dict(input_shape=(size, size, 3), include_top=False, weights=None, pooling="avg")
    if network == "mnv2":
        base, head, init, rate = keras.applications.MobileNetV2(**shape), "O_L", "glorot_uniform", 0.1
    else:
        variant = network[4]
        if network.endswith("applications"):
            base = getattr(keras.applications, "EfficientNetB" + variant)(**shape)
        else:
            # Its picture resizing wants scikit-image, which is not needed here.
            stub = types.ModuleType("efficientnet.preprocessing")
            stub.center_crop_and_resize = None
            sys.modules["efficientnet.preprocessing"] = stub
            efn = importlib.import_module("efficientnet.tfkeras")
            base = getattr(efn, "EfficientNetB" + variant)(**shape)
        head, init, rate = "out", "he_uniform", 0.5
    x = keras.layers.Dropout(rate if dropout is None else dropout)(base.output)
    x = keras.layers.Dense(2 * POINTS, name=head, kernel_initializer=init)(x)
    return keras.Model(base.input, x)


def scaled(network, x):
    """tf.keras.applications' EfficientNets divide by 255 inside."""
    return x * np.float32(255) if network.endswith("applications") else x


def run(model, network, x):
    return np.asarray(model(scaled(network, x), training=False))


def train(keras, network, steps=5):
    """Plain gradient descent on the mean squared error; dropout and drop-connect off."""
    batch, size, rate = TRAINING[network]
    model = build(keras, network, size, dropout=0.0)
    for layer in model.layers:
        if "Dropout" in type(layer).__name__:
            layer.rate = 0.0
    fill(model)
    x, y = tf.constant(scaled(network, images(batch, size))), tf.constant(labels(batch))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
        gradients = tape.gradient(loss, model.trainable_variables)
        for variable, gradient in zip(model.trainable_variables, gradients):
            variable.assign_sub(rate * gradient)
        return loss

    losses = [float(step()) for _ in range(steps)]
    moving = {}
    for layer in model.layers:
        for weight in layer.weights:
            if "moving_" in weight.name:
                moving[layer.name + "/" + weight.name.split("/")[-1].split(":")[0]] = np.asarray(weight)
    return losses, moving


def golden():
    import tf_keras
    result = {
        "source": "tf_keras %s, TensorFlow %s: python keras_peer.py golden" % (tf_keras.__version__, tf.__version__),
        "size": 64,
        "points": POINTS,
        "networks": {},
    }
    for network in ["mnv2", "efnb0", "efnb0_applications", "efnb3"]:
        model = build(tf_keras, network, 64)
        fill(model)
        y = run(model, network, images(1, 64))[0]
        names = [w.name.split("/")[-2] + "/" + w.name.split("/")[-1].split(":")[0] for w in model.weights]
        result["networks"][network] = {
            "parameters": model.count_params(),
            "names": hashlib.sha256("\n".join(names).encode()).hexdigest(),
            "layers": len(model.layers),
            "output": [round(float(v), 7) for v in y[:8]],
            "sum": round(float(np.abs(y.astype(np.float64)).sum()), 5),
        }
    result["training"] = {}
    for network in ["mnv2", "efnb0"]:
        losses, moving = train(tf_keras, network)
        batch, size, rate = TRAINING[network]
        result["training"][network] = {
            "batch": batch,
            "size": size,
            "rate": rate,
            "losses": losses,
            "moving": {name: [float(v) for v in moving[name][:4]] for name in [list(moving)[1], list(moving)[-2], list(moving)[-1]]},
        }
    print(json.dumps(result, indent=2))


def parity(source, target):
    import keras as keras3
    import tf_keras
    keras2 = tf_keras
    networks = ["mnv2", "efnb0_applications", "efnb3_applications"]
    try:
        importlib.import_module("keras_applications")
        networks += ["efnb0", "efnb3"]
    except ImportError:
        pass  # TypeScript's side skips these and says so
    for network in networks:
        for keras, tag in [(keras2, "k2"), (keras3, "k3")]:
            if tag == "k3" and network in ("efnb0", "efnb3"):
                continue
            model = build(keras, network, 224)
            fill(model)
            stem = os.path.join(target, "%s_%s" % (network, tag))
            if network == "mnv2":
                model.save(stem + ".keras")
                model.save_weights(stem + ".weights.h5")
                if tag == "k2":
                    model.save_weights(stem + "_only.h5")
            model.save(stem + ".h5")
            if tag == "k2":
                for size in (224, 128):
                    x = np.load(os.path.join(source, "images_%d.npy" % size))
                    if size != 224:
                        other = build(keras, network, size)
                        other.set_weights(model.get_weights())
                        model = other
                    np.save(stem + "_%d.npy" % size, run(model, network, x))
    for network in [n for n in TRAINING if n in networks]:
        losses, moving = train(keras2, network)
        np.save(os.path.join(target, "train_%s_losses.npy" % network), np.array(losses))
        np.save(
            os.path.join(target, "train_%s_moving.npy" % network),
            np.concatenate([v.ravel() for v in moving.values()]).astype(np.float32),
        )


def load(jobs):
    """Loads files that this library wrote, each a full model or by name into Keras's own architecture."""
    import keras as keras3
    import tf_keras
    for job in json.load(open(jobs)):
        keras = {"keras2": tf_keras, "keras3": keras3}[job["keras"]]
        x = np.load(job["images"])
        if job["network"] is None:
            model, network = keras.models.load_model(job["path"], compile=False), ""
        else:
            network = job["network"]
            model = build(keras, network, x.shape[1])
            model.load_weights(job["path"], by_name=True)
        np.save(job["output"], run(model, network, x))


def init(target):
    """Classifiers of tf.keras.applications, saved in each way, and what their first layers make of a picture in 0..1."""
    import keras as keras3
    import tf_keras
    x = images(1, 64)
    for network, name, probe in [("mnv2", "MobileNetV2", "bn_Conv1"), ("efnb0", "EfficientNetB0", "stem_bn")]:
        for keras, tag in [(tf_keras, "k2"), (keras3, "k3")]:
            make = getattr(keras.applications, name)
            for top in [False, True]:
                stem = os.path.join(target, "init_%s_%s_%s" % (network, tag, "top" if top else "notop"))
                size = 224 if top else 64
                model = make(input_shape=(size, size, 3), include_top=top, weights=None)
                fill(model)
                if network == "efnb0":
                    # weights="imagenet" builds another network (a second layer Rescaling) and then fetches a file: this one.
                    layer = next(l for l in model.layers if type(l).__name__ == "Normalization")
                    numbers = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]
                    shaped = [np.float32(n).reshape(w.shape) for n, w in zip(numbers, layer.get_weights())]
                    layer.set_weights(shaped + layer.get_weights()[2:])
                    fetched = os.path.join(target, "fetched.weights.h5")
                    model.save_weights(fetched)
                    module = sys.modules[make.__module__]
                    getattr(module, "data_utils" if tag == "k2" else "file_utils").get_file = lambda *a, **k: fetched
                    model = make(input_shape=(size, size, 3), include_top=top, weights="imagenet")
                    os.remove(fetched)
                model.save(stem + (".h5" if top else ".keras"))
                model.save_weights(stem + ".weights.h5")
                if tag == "k2":
                    model.save_weights(stem + "_only.h5")
                if not top:
                    first = keras.Model(model.input, model.get_layer(probe).output)
                    y = first(2 * x - 1 if network == "mnv2" else 255 * x, training=False)
                    np.save(os.path.join(target, "init_%s.npy" % network), np.asarray(y))


if __name__ == "__main__":
    {"golden": golden, "parity": parity, "init": init, "load": load}[sys.argv[1]](*sys.argv[2:])
