/** The palette is judged as eyes of each kind see it: colours are turned to what they look like, then measured. */

import assert from "node:assert/strict";
import { COLOURS, lookOf, toldApart } from "../../src/design/palette.ts";

type Colour = readonly [number, number, number];

/** What remains of red, green and blue light for people without one kind of cone (Machado and others, 2009). */
const EYES: Record<string, readonly Colour[]> = {
  "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [
    -0.003882,
    -0.048116,
    1.051998,
  ]],
  "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [
    -0.01182,
    0.04294,
    0.968881,
  ]],
};
const GROUND = { light: "#ffffff", dark: "#14151a" };
const LEAST_APART = 0.1; // in OKLab, where 0.02 is just seen side by side
const LEAST_CONTRAST = 3; // what WCAG asks of lines and signs

function light(hex: string): Colour {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return [r!, g!, b!];
}

function times(matrix: readonly Colour[], [r, g, b]: Colour): Colour {
  const [x, y, z] = matrix.map((row) => row[0] * r + row[1] * g + row[2] * b);
  return [x!, y!, z!];
}

function oklab(colour: Colour): Colour {
  const cones = times([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ], colour);
  const [l, m, s] = cones.map((v) => Math.cbrt(Math.max(v, 0)));
  return times([
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ], [l!, m!, s!]);
}

function seen(hex: string, eyes: readonly Colour[]): Colour {
  const [r, g, b] = times(eyes, light(hex)).map((v) => Math.min(Math.max(v, 0), 1));
  return oklab([r!, g!, b!]);
}

function luminance(hex: string): number {
  const [r, g, b] = light(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

for (const theme of ["light", "dark"] as const) {
  const colours = COLOURS[theme];

  for (const [name, eyes] of Object.entries(EYES)) {
    Deno.test(`any two ${theme} colours stay apart for eyes with ${name}`, () => {
      for (const one of colours) {
        for (const other of colours) {
          if (one >= other) continue;
          const apart = Math.hypot(...seen(one, eyes).map((v, i) => v - seen(other, eyes)[i]!));
          assert.ok(apart >= LEAST_APART, `${one} and ${other}: ${apart.toFixed(3)}`);
        }
      }
    });
  }

  Deno.test(`each ${theme} colour stands out from the ground`, () => {
    for (const colour of colours) {
      const [low, high] = [luminance(colour), luminance(GROUND[theme])].sort((a, b) => a - b);
      assert.ok((high! + 0.05) / (low! + 0.05) >= LEAST_CONTRAST, colour);
    }
  });
}

Deno.test("forty runs that are drawn together all look different, each in the colour of its life", () => {
  const looks = Array.from({ length: 40 }, (_, rank) => lookOf(rank, false));
  const apart = toldApart(looks);
  assert.equal(new Set(apart.map((look) => JSON.stringify(look))).size, 40);
  assert.deepEqual(apart.map(({ colour }) => colour), looks.map(({ colour }) => colour));
});

Deno.test("a line has gaps only where another of its colour is drawn before it", () => {
  const dashed = (...ranks: number[]) =>
    toldApart(ranks.map((rank) => lookOf(rank, true))).map(({ dash }) => dash.length > 0);
  assert.deepEqual(dashed(17, 18, 19, 20, 21, 22, 23, 24), Array(8).fill(false));
  assert.deepEqual(dashed(3, 11, 12), [false, true, false]);
});

Deno.test("dark and light have as many colours", () => {
  assert.equal(COLOURS.light.length, COLOURS.dark.length);
});
