import { BLOCK } from '../blockGrid.js';
import { FACE_HU } from '../rayPick.js';

export const VERTEX = `#version 300 es
out vec2 place;
void main() {
  place = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  gl_Position = vec4(place, 0.0, 1.0);
}`;

/** Places are shares of the volume's edges, lengths mm; values HU. */
export const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler3D;
uniform sampler3D hu, lungs, blocks;
uniform vec3 origin, right, up, forward, size;
uniform vec2 halfMm, depthMm, window;
uniform vec4 cut;
uniform mat3 toWorld;
uniform float stepMm;
uniform int lit, lungsShown;
in vec2 place;
out vec4 color;

const int COLOURED = 1, ALONE = 2;
const float FACE_HU = ${FACE_HU.toFixed(1)};
const vec3 LUNG = vec3(0.36, 0.66, 1.0);
vec2 range;

void keep(float value, float slope) {
  if (abs(slope) < 1e-12) { if (value < 0.0) range.y = -1e9; }
  else if (slope > 0.0) range.x = max(range.x, -value / slope);
  else range.y = min(range.y, -value / slope);
}

// In the world; the voxels beside, not between, so that edges stay sharp.
vec3 slopeOf(sampler3D of, vec3 at) {
  vec3 e = 1.0 / size;
  return toWorld * (vec3(
    texture(of, at + vec3(e.x, 0, 0)).r - texture(of, at - vec3(e.x, 0, 0)).r,
    texture(of, at + vec3(0, e.y, 0)).r - texture(of, at - vec3(0, e.y, 0)).r,
    texture(of, at + vec3(0, 0, e.z)).r - texture(of, at - vec3(0, 0, e.z)).r) * size * 0.5);
}

vec3 colorOf(float value) {
  vec3 vessel = vec3(0.80, 0.36, 0.29), tissue = vec3(0.87, 0.60, 0.49), bone = vec3(0.98, 0.93, 0.83);
  return mix(mix(vessel, tissue, smoothstep(-450.0, 60.0, value)), bone, smoothstep(110.0, 420.0, value));
}

// The light comes with the reader, a little from above.
vec3 shaded(vec3 base, vec3 slope, vec3 view) {
  float steep = length(slope);
  vec3 normal = steep > 0.0 ? slope / steep : -view;
  float facing = abs(dot(normal, view));
  return base * (0.28 + 0.78 * facing) + 0.16 * pow(facing, 24.0);
}

float noise() { return fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))); }

void main() {
  vec3 start = origin + place.x * halfMm.x * right + place.y * halfMm.y * up;
  range = depthMm;
  keep(start.x, forward.x); keep(1.0 - start.x, -forward.x);
  keep(start.y, forward.y); keep(1.0 - start.y, -forward.y);
  keep(start.z, forward.z); keep(1.0 - start.z, -forward.z);
  float outer = range.x;
  keep(dot(cut.xyz, start) - cut.w, dot(cut.xyz, forward));
  color = vec4(0.0, 0.0, 0.0, 1.0);
  if (range.x >= range.y) return;

  // Where the cut goes through the body its face is grey, as a slice is: what lies behind would be noise.
  if (lit == 1 && range.x > outer) {
    vec3 entry = start + range.x * forward;
    float value = texture(hu, entry).r;
    if (value > FACE_HU && (lungsShown != ALONE || texture(lungs, entry).r > 0.5)) {
      color = vec4(vec3(0.12 + 0.80 * clamp((value - FACE_HU) / 750.0, 0.0, 1.0)), 1.0);
      return;
    }
  }

  vec3 cells = size / ${BLOCK}.0;
  vec3 perCell = 1.0 / max(abs(forward * cells), vec3(1e-9));
  vec3 ahead = step(0.0, forward);
  ivec3 last = textureSize(blocks, 0) - 1;
  vec3 view = normalize(toWorld * forward);
  bool alone = lungsShown == ALONE, coloured = lungsShown == COLOURED;

  float highest = window.x; // darker than black is black
  float inLung = 0.0, lungMm = 0.0;
  vec4 sum = vec4(0.0);
  float at = range.x + (lit == 1 ? stepMm * noise() : 0.5 * stepMm);

  while (at < range.y) {
    vec3 cell = (start + at * forward) * cells;
    ivec3 block = clamp(ivec3(floor(cell)), ivec3(0), last);
    vec3 toEdge = abs(vec3(block) + ahead - cell) * perCell;
    float edge = min(range.y, at + min(toEdge.x, min(toEdge.y, toEdge.z)) + 1e-4);
    vec2 most = texelFetch(blocks, block, 0).rg;
    bool hasLung = most.g > 0.0;
    float nothing = lit == 1 ? (hasLung && lungsShown != 0 ? -700.0 : window.x) : highest;
    bool empty = most.r <= nothing || (alone && !hasLung);
    if (empty && !(coloured && hasLung)) {
      at += stepMm * max(1.0, ceil((edge - at) / stepMm));
      continue;
    }
    for (; at < edge; at += stepMm) {
      vec3 here = start + at * forward;
      float value = texture(hu, here).r;
      float lung = hasLung && lungsShown != 0 ? texture(lungs, here).r : 0.0;
      if (lit == 0) {
        if (lung > 0.5) lungMm += stepMm;
        if (alone && lung <= 0.5) continue;
        if (value > highest) { highest = value; inLung = lung; }
        continue;
      }
      // What is full of air is seen through; inside of lungs so are they, up to vessels and nodules.
      float outside = clamp((value - window.x) / (window.y - window.x), 0.0, 1.0);
      float inside = clamp((value + 550.0) / 450.0, 0.0, 1.0);
      float solid = lung > 0.5 ? inside : (alone ? 0.0 : outside);
      float shell = 4.0 * lung * (1.0 - lung);
      if (solid > 0.02) {
        float alpha = 1.0 - exp(-2.2 * solid * solid * stepMm);
        vec3 base = colorOf(value);
        if (lung > 0.5 && coloured) base = mix(base, vec3(1.0, 0.62, 0.42), 0.35);
        // Where the volume begins its noise is no surface.
        vec3 slope = at < range.x + 2.0 * stepMm ? vec3(0.0) : slopeOf(hu, here);
        sum += (1.0 - sum.a) * alpha * vec4(shaded(base, slope, view), 1.0);
      }
      if (shell > 0.05) {
        vec3 slope = slopeOf(lungs, here);
        float rim = 1.0 - abs(dot(slope / max(length(slope), 1e-6), view));
        float alpha = 1.0 - exp(-(0.02 + 0.16 * rim * rim) * shell * stepMm);
        sum += (1.0 - sum.a) * alpha * vec4(LUNG * (0.55 + 0.45 * rim), 1.0);
      }
      if (sum.a > 0.97) { at = range.y; break; }
    }
    if (lit == 0 && highest >= window.y && !coloured) break; // brighter than white is white
  }
  if (lit == 1) { color = vec4(sum.rgb / max(sum.a, 1.0), 1.0); return; }
  float grey = clamp((highest - window.x) / (window.y - window.x), 0.0, 1.0);
  vec3 tint = coloured ? mix(vec3(1.0), vec3(0.62, 0.83, 1.0), smoothstep(0.3, 0.7, inLung)) : vec3(1.0);
  vec3 haze = coloured ? LUNG * 0.20 * (1.0 - exp(-lungMm / 90.0)) : vec3(0.0);
  color = vec4(grey * tint + haze * (1.0 - grey), 1.0);
}`;
