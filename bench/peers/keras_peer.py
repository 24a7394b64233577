"""Keras's side: tf.keras.applications networks, training by tf.function, or prediction."""
import json, os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
mode, name, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
import keras
import numpy as np
import tensorflow as tf

network = {"mnv2": keras.applications.MobileNetV2, "efnb0": keras.applications.EfficientNetB0,
           "efnb3": keras.applications.EfficientNetB3}[name]
base = network(input_shape=(size, size, 3), include_top=False, weights=None, pooling="avg")
model = keras.Model(base.input, keras.layers.Dense(136)(keras.layers.Dropout(0.1)(base.output)))
generator = np.random.default_rng(0)
x = tf.constant(generator.random((batch, size, size, 3), dtype=np.float32))
y = tf.constant(generator.random((batch, 136), dtype=np.float32) - 0.5)
optimizer = keras.optimizers.Adam(1e-3)
optimizer.build(model.trainable_variables)


def train(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


step = tf.function(train) if mode == "training" else tf.function(lambda x, y: model(x, training=False))
step(x, y).numpy()
print(json.dumps({"version": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(int(line)):
        step(x, y).numpy()
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
