"""ResNet3D-18 in Keras, a request null is one `tf.function` training step, {"rows": file} `predict` of a file of int16 patches; answers {seconds, cpuSeconds, finite}."""
import json
import math
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
settings = json.loads(sys.argv[1])
import numpy as np
import keras
import tensorflow as tf
from keras import layers, regularizers

if settings["threads"]:
    tf.config.threading.set_intra_op_parallelism_threads(settings["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(settings["threads"])
if settings.get("precision") == "bfloat16":
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
L2 = regularizers.L2(1e-4)


def conv(x, channels, kernel, stride=1, padding="same"):
    return layers.Conv3D(channels, kernel, strides=stride, padding=padding, kernel_initializer="he_normal", kernel_regularizer=L2)(x)


def norm_relu(x):
    return layers.ReLU()(layers.BatchNormalization(axis=4, momentum=0.99, epsilon=1e-3)(x))


inputs = keras.Input((32, 32, 32, 1))
h = layers.MaxPooling3D(3, 2, padding="same")(norm_relu(conv(inputs, 64, 7, 2)))
channels = 64
for stage in range(4):
    for index in range(2):
        out, stride = 64 * 2**stage, 2 if stage > 0 and index == 0 else 1
        r = h if (stage, index) == (0, 0) else norm_relu(h)
        r = conv(norm_relu(conv(r, out, 3, stride)), out, 3)
        s = h if stride == 1 and channels == out else conv(h, out, 1, stride, "valid")
        h, channels = layers.Add()([r, s]), out
h = layers.Flatten()(layers.AveragePooling3D(1)(norm_relu(h)))
model = keras.Model(inputs, layers.Dense(1, kernel_regularizer=L2, dtype="float32")(h))
optimizer = keras.optimizers.Adam(1e-3)
x = np.random.default_rng(1).integers(-1000, 400, (settings["batch"], 32, 32, 32, 1)).astype(np.int16)
y = (np.arange(settings["batch"]) % 2).astype(np.float32)


@tf.function
def step(x, y):
    x = (tf.clip_by_value(tf.cast(x, tf.float32), -1000.0, 400.0) + 1000.0) / 1400.0
    with tf.GradientTape() as tape:
        logits = model(x, training=True)[:, 0]
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, logits)) + tf.add_n(model.losses)
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    return loss


def predict(file):
    rows = np.fromfile(file, np.int16).reshape(-1, 32, 32, 32, 1)
    scaled = (np.clip(rows.astype(np.float32), -1000, 400) + 1000) / 1400
    return float(model.predict(scaled, batch_size=settings["batch"], verbose=0).sum())


if not settings.get("predicts"):
    step(x, y).numpy()
print("{}", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    loss = float(step(x, y).numpy()) if request is None else predict(request["rows"])
    print(json.dumps(dict(seconds=time.perf_counter() - wall, cpuSeconds=time.process_time() - cpu, finite=math.isfinite(loss))), flush=True)
