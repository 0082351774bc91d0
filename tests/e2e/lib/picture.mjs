// Just enough of PNG to tell a picture of a page from a blank one. Reads what browsers write: 8 bits a channel, not interlaced.

import { inflateSync } from 'node:zlib';

/** The picture's width, height and number of different colours, counted up to `most`. */
export function look(png, most = 64) {
  const { width, height, channels, rows } = unpack(png);
  const colours = new Set();
  for (const row of rows) {
    for (let x = 0; x < width && colours.size < most; x += 1) {
      const at = x * channels;
      colours.add((row[at] << 16) | (row[at + Math.min(1, channels - 1)] << 8) | row[at + Math.min(2, channels - 1)]);
    }
  }
  return { width, height, colours: colours.size };
}

function unpack(png) {
  if (png.length < 33 || png.readUInt32BE(0) !== 0x89504e47) throw new Error('not a PNG');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[png[25]];
  if (png[24] !== 8 || channels === undefined || png[28] !== 0) throw new Error('a PNG of a kind that is not read here');
  const parts = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const data = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const rows = [];
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1);
    const row = Buffer.from(data.subarray(from + 1, from + 1 + stride));
    unfilter(data[from], row, above, channels);
    rows.push(row);
    above = row;
  }
  return { width, height, channels, rows };
}

function unfilter(kind, row, above, channels) {
  for (let at = 0; at < row.length; at += 1) {
    const left = at >= channels ? row[at - channels] : 0;
    const up = above[at];
    const corner = at >= channels ? above[at - channels] : 0;
    row[at] += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind];
  }
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
