// The demo's page. Crops, resampling and labels are the library's own modules, their types taken off by the server: the
// page sees what `deno task predict` sees.
import { applyTransform, cropTransform } from "/lib/data/crop.ts";
import { decodeLabels } from "/lib/data/labels.ts";
import { planCrop } from "/lib/data/resample.ts";
import { chooseCrop } from "/lib/prediction/crop_rule.ts";

const { tf } = globalThis;
const element = (id) => document.getElementById(id);
const canvas = element("canvas"), context = canvas.getContext("2d");
const video = element("video");

/** The model, what it says of itself, and the side of its input. */
let net;
/** What is shown: `{ source, width, height, pixels }`, pixels `[height, width, 3]`. */
let picture;
let landmarks, crop, dragged;
/** One prediction at a time; a later wish replaces an earlier one. */
let busy = false, wanted = false;

function say(text, wrong = false) {
  const status = element("status");
  status.textContent = text;
  status.classList.toggle("error", wrong);
}

const sentence = (error) => error instanceof Error ? error.message : String(error);

/** Backends that this browser has, the fastest first. */
async function startBackends() {
  tf.wasm?.setWasmPaths("/wasm/");
  const select = element("backend");
  const asked = new URLSearchParams(location.search).get("backend");
  const names = ["webgl", "wasm", "cpu"].filter((name) => tf.findBackendFactory(name));
  for (const name of names) select.append(new Option(name, name));
  for (const name of [...names.filter((name) => name === asked), ...names]) {
    if (await tf.setBackend(name).catch(() => false)) {
      select.value = name;
      return;
    }
  }
  throw new Error("This browser has neither WebGL nor WebAssembly for TensorFlow.js");
}

async function loadModel() {
  const old = net;
  const model = await tf.loadLayersModel("/model/model.json");
  const note = model.getUserDefinedMetadata().acr_lab;
  net = { model, note };
  old?.model.dispose();
  // The first run compiles shaders: not what a face costs.
  tf.tidy(() => model.predict(tf.zeros([1, note.size, note.size, 3])).dataSync());
  element("model").textContent =
    `${note.title}: ${note.points} landmarks, ${note.size} px, crop protocol ${note.protocol}`;
}

function parseBox(text) {
  if (text.trim() === "") return undefined;
  const box = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  if (box.length !== 4 || !box.every(Number.isFinite)) {
    throw new RangeError(`Cannot read the box as it must be x,y,width,height: ${text}`);
  }
  return box;
}

/** The landmarks of the picture's face, in its pixels, and what they took. */
async function predict() {
  const { size, protocol } = net.note;
  const chosen = chooseCrop(picture.width, picture.height, parseBox(element("box").value), protocol);
  const start = performance.now();
  const plan = planCrop(chosen.crop, picture.width, picture.height, size);
  const { left, top, width, height } = plan.part;
  const part = new Uint8Array(Math.max(0, width * height * 3));
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    part.set(picture.pixels.subarray(from, from + width * 3), y * width * 3);
  }
  const bytes = new Uint8Array(size * size * 3);
  plan.run({ width, height, data: part }, bytes);
  const input = tf.tensor(Float32Array.from(bytes, (value) => value / 255), [1, size, size, 3]);
  const output = tf.tidy(() => net.model.predict(input));
  const labels = await output.data();
  tf.dispose([input, output]);
  const [scaleX, scaleY, offsetX, offsetY] = cropTransform(chosen.crop, size);
  const back = [1 / scaleX, 1 / scaleY, -offsetX / scaleX, -offsetY / scaleY];
  const points = applyTransform(back, decodeLabels(labels, size));
  return { ...chosen, points, milliseconds: performance.now() - start };
}

async function update() {
  wanted = true;
  if (busy || !net || !picture) return;
  busy = true;
  try {
    while (wanted) {
      wanted = false;
      if (picture.live) capture();
      const { points, crop: used, rule, milliseconds } = await predict();
      landmarks = points;
      crop = used;
      draw();
      say(`${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms per face with ${tf.getBackend()}; ${rule}`);
      const pairs = Array.from({ length: points.length / 2 }, (_, m) => [points[2 * m], points[2 * m + 1]]);
      element("landmarks").textContent = JSON.stringify({
        width: picture.width,
        height: picture.height,
        crop: [used.left, used.top, used.right, used.bottom],
        milliseconds,
        backend: tf.getBackend(),
        landmarks: pairs,
      });
      if (picture.live) {
        wanted = true;
        await new Promise(requestAnimationFrame);
      }
    }
  } catch (error) {
    landmarks = undefined;
    draw();
    element("landmarks").textContent = "";
    say(sentence(error), true);
    // A webcam shows on, so that a wrong box can be put right.
    if (picture?.live) setTimeout(update, 200);
  } finally {
    busy = false;
  }
}

function draw() {
  if (!picture) return;
  const { width, height } = picture;
  // Small pictures are enlarged, so that points can be told apart.
  const scale = Math.max(1, Math.min(4, Math.floor(960 / Math.max(width, height))));
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.drawImage(picture.source, 0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  const frame = dragged ?? (crop && [crop.left, crop.top, crop.right - crop.left, crop.bottom - crop.top]);
  const unit = frame ? Math.max(0.6 / scale, frame[2] / 300) : 1;
  context.lineWidth = unit;
  if (frame) {
    context.strokeStyle = "rgba(255, 255, 255, 0.8)";
    context.strokeRect(...frame);
  }
  if (!landmarks || dragged) return;
  // Points count by pixel centers, drawings by edges.
  const x = (m) => landmarks[2 * m] + 0.5, y = (m) => landmarks[2 * m + 1] + 0.5;
  context.strokeStyle = "rgba(255, 212, 0, 0.6)";
  for (const line of net.note.lines) {
    context.beginPath();
    for (const m of line) context.lineTo(x(m), y(m));
    context.stroke();
  }
  context.fillStyle = "#ffd400";
  context.strokeStyle = "#000";
  context.lineWidth = unit / 2;
  for (let m = 0; 2 * m < landmarks.length; m++) {
    context.beginPath();
    context.arc(x(m), y(m), 2 * unit, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/** Reads the RGB numbers of something that can be drawn. */
function pixelsOf(source, width, height) {
  const reader = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  reader.drawImage(source, 0, 0, width, height);
  const rgba = reader.getImageData(0, 0, width, height).data;
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; i < rgba.length; i += 4, j += 3) {
    pixels[j] = rgba[i];
    pixels[j + 1] = rgba[i + 1];
    pixels[j + 2] = rgba[i + 2];
  }
  return pixels;
}

function show(next) {
  picture = next;
  landmarks = crop = undefined;
  draw();
  update();
}

async function openFile(file) {
  stopWebcam();
  say("Reading ...");
  // Upright as the camera says, and the stored numbers, not those of another color space: as `deno task predict` reads.
  const options = { imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none" };
  let source;
  try {
    source = await createImageBitmap(file, options);
  } catch {
    picture = undefined;
    element("landmarks").textContent = "";
    say(`Cannot read the picture as it is damaged, or no JPEG, PNG or WebP: ${file.name}`, true);
    return;
  }
  const { width, height } = source;
  element("box").value = new URLSearchParams(location.search).get("box") ?? "";
  show({ source, width, height, pixels: pixelsOf(source, width, height), live: false });
}

function capture() {
  const { videoWidth: width, videoHeight: height } = video;
  const frame = new OffscreenCanvas(width, height);
  frame.getContext("2d").drawImage(video, 0, 0);
  Object.assign(picture, { source: frame, width, height, pixels: pixelsOf(frame, width, height) });
}

async function startWebcam() {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } } });
    await video.play();
  } catch (error) {
    say(`Cannot use the webcam as the browser does not give it: ${sentence(error)}`, true);
    stopWebcam();
    return;
  }
  element("webcam").textContent = "Stop webcam";
  element("box").value = "";
  picture = { live: true };
  capture();
  show(picture);
}

function stopWebcam() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  if (picture?.live) picture = { ...picture, live: false };
  element("webcam").textContent = "Start webcam";
}

/** Where in the picture a pointer is, in its pixels. */
function place({ clientX, clientY }) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [(clientX - left) * picture.width / width, (clientY - top) * picture.height / height];
}

let anchor;
canvas.addEventListener("pointerdown", (event) => {
  if (!picture) return;
  anchor = place(event);
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (!anchor) return;
  const [x, y] = place(event);
  dragged = [Math.min(x, anchor[0]), Math.min(y, anchor[1]), Math.abs(x - anchor[0]), Math.abs(y - anchor[1])];
  draw();
});
canvas.addEventListener("pointerup", () => {
  // A click without a drag takes the box away.
  const box = dragged && dragged[2] >= 4 && dragged[3] >= 4 ? dragged.map((value) => Math.round(value)).join(",") : "";
  anchor = dragged = undefined;
  if (!picture) return;
  element("box").value = box;
  update();
});

element("controls").addEventListener("submit", (event) => event.preventDefault());
element("file").addEventListener("change", ({ target }) => target.files[0] && openFile(target.files[0]));
element("webcam").addEventListener("click", () => video.srcObject ? stopWebcam() : startWebcam());
element("box").addEventListener("change", update);
element("backend").addEventListener("change", async ({ target }) => {
  try {
    if (!await tf.setBackend(target.value)) throw new Error(`Cannot compute with ${target.value} in this browser`);
    await loadModel();
    await update();
  } catch (error) {
    say(sentence(error), true);
  }
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) openFile(file);
});

try {
  await startBackends();
  await loadModel();
  document.body.dataset.ready = "yes";
  await update();
} catch (error) {
  say(sentence(error), true);
}
