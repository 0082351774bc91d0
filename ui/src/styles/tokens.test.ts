/** The contrast that the design promises, computed from the tokens themselves: 4.5 for text, 3 for controls, in both themes. */
import { describe, expect, it } from 'vitest';

import app from './app.css?raw';
import code from './code.css?raw';

const css = app + code;

type Linear = [number, number, number];
interface Colour {
  rgb: Linear;
  alpha: number;
}
type Theme = 'light' | 'dark';

const oklch = String.raw`oklch\(([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)`;
const tokens = new Map(
  [...css.matchAll(new RegExp(`--([\\w-]+): light-dark\\(${oklch}, ${oklch}\\);`, 'g'))].map((match) => {
    const colour = (at: number): Colour => ({
      rgb: oklchToLinear(Number(match[at]), Number(match[at + 1]), Number(match[at + 2])),
      alpha: Number(match[at + 3] ?? 1),
    });
    return [match[1] ?? '', { light: colour(2), dark: colour(6) }];
  }),
);

const surfaces = ['background', 'panel', 'popover'];
const kinds = ['success', 'warning', 'danger', 'info'];
const text: [colour: string, on: string, over: string][] = [
  ...[...surfaces, 'muted'].flatMap((on): [string, string, string][] => [
    ['foreground', on, on],
    ['muted-foreground', on, on],
    ['accent', on, on],
  ]),
  ...surfaces.flatMap((over) =>
    ['hover', 'accent-surface'].flatMap((on): [string, string, string][] => [
      ['foreground', on, over],
      ['muted-foreground', on, over],
      ['accent', on, over],
    ]),
  ),
  ...kinds.flatMap((kind) =>
    surfaces.flatMap((over): [string, string, string][] => [
      [kind, over, over],
      [kind, `${kind}-surface`, over],
      ['foreground', `${kind}-surface`, over],
    ]),
  ),
  ...[...code.matchAll(/--(code-\w+):/g)].map(([, name = '']): [string, string, string] => [name, 'panel', 'panel']),
  ['primary-foreground', 'primary', 'panel'],
  ['primary-foreground', 'primary-hover', 'panel'],
  ['primary-foreground', 'danger-fill', 'panel'],
  ['primary-foreground', 'danger-fill-hover', 'panel'],
];
const controls = ['control', 'primary', 'ring', 'danger-fill', ...kinds, 1, 2, 3, 4, 5, 6].map((name) =>
  typeof name === 'number' ? `chart-${name}` : name,
);

describe.each<Theme>(['light', 'dark'])('the %s theme', (theme) => {
  it.each(text)('reads %s on %s over %s', (colour, on, over) => {
    expect(contrast(of(colour, theme), background(theme, on, over))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(controls.flatMap((name) => ['background', 'panel'].map((on) => [name, on] as const)))(
    'sees %s on %s',
    (name, on) => {
      expect(contrast(of(name, theme), background(theme, on))).toBeGreaterThanOrEqual(3);
    },
  );

  it('tells the six categories apart in greyscale and with each kind of colour blindness', () => {
    const charts = [1, 2, 3, 4, 5, 6].map((index) => of(`chart-${index}`, theme).rgb);
    for (const seen of [
      (colour: Linear) => colour,
      ...Object.values(blindness).map((matrix) => (colour: Linear) => through(matrix, colour)),
    ]) {
      const labs = charts.map((colour) => linearToOklab(seen(colour)));
      for (const [index, a] of labs.entries()) {
        for (const b of labs.slice(0, index)) {
          expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(0.08);
        }
      }
    }
    const lightness = charts.map((colour) => linearToOklab(colour)[0]).sort((a, b) => a - b);
    for (let index = 1; index < lightness.length; index += 1) {
      expect((lightness[index] ?? 0) - (lightness[index - 1] ?? 0)).toBeGreaterThan(0.05);
    }
  });
});

it('holds only colours that a screen can show', () => {
  expect(tokens.size).toBeGreaterThan(35);
  for (const [name, colours] of tokens) {
    for (const channel of [...colours.light.rgb, ...colours.dark.rgb]) {
      expect(channel, name).toBeGreaterThan(-0.004);
      expect(channel, name).toBeLessThan(1.004);
    }
  }
});

function of(name: string, theme: Theme): Colour {
  const token = tokens.get(name);
  if (!token) throw new Error(`no colour --${name}`);
  return token[theme];
}

/** What lies behind: a colour, laid over another where it lets it through. Laid as screens do, in gamma-coded values. */
function background(theme: Theme, on: string, over = 'background'): Colour {
  const top = of(on, theme);
  if (top.alpha === 1) return top;
  const below = of(over, theme);
  const mix = (a: number, b: number) => decode(encode(clamp(a)) * top.alpha + encode(clamp(b)) * (1 - top.alpha));
  return {
    alpha: 1,
    rgb: [mix(top.rgb[0], below.rgb[0]), mix(top.rgb[1], below.rgb[1]), mix(top.rgb[2], below.rgb[2])],
  };
}

function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [luminance(a.rgb), luminance(b.rgb)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([r, g, b]: Linear): number {
  return 0.2126 * clamp(r) + 0.7152 * clamp(g) + 0.0722 * clamp(b);
}

/** CSS Color 4: OKLCH to OKLab to LMS to linear sRGB. */
function oklchToLinear(lightness: number, chroma: number, hue: number): Linear {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function linearToOklab([r, g, b]: Linear): Linear {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Machado, Oliveira and Fernandes 2009, severity 1: protanopia, deuteranopia, tritanopia. */
const blindness: Record<string, [Linear, Linear, Linear]> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function through(matrix: [Linear, Linear, Linear], colour: Linear): Linear {
  const row = ([r, g, b]: Linear) => clamp(r * colour[0] + g * colour[1] + b * colour[2]);
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function encode(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

function decode(coded: number): number {
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}
