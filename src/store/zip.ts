// ZIP files of a few small texts: how MinIO takes and gives its users (APPNOTE.TXT, 4.3).

import { crc32, inflateRawSync } from 'node:zlib';

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;
/** 1980-01-01, the first day there is. */
const someDay = 0x21;

/** Packs texts without compressing them. */
export function makeZip(files: Readonly<Record<string, string>>): Buffer {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const facts = factsOf(name, content);
    const entry = Buffer.concat([word(localHeader), facts, Buffer.from(name), content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([word(centralHeader), half(20), facts, place, Buffer.from(name)]));
    entries.push(entry);
    offset += entry.length;
  }
  const list = Buffer.concat(directory);
  const counts = [half(0), half(0), half(entries.length), half(entries.length)];
  const end = [word(endOfDirectory), ...counts, word(list.length), word(offset), half(0)];
  return Buffer.concat([...entries, list, ...end]);
}

/** What the local and the central header have in common: version, flags, method, day, checksum, sizes, name's length. */
function factsOf(name: string, content: Buffer): Buffer {
  const size = word(content.length);
  const nameLength = half(Buffer.byteLength(name));
  const kind = [half(20), half(0), half(0), half(0), half(someDay)];
  return Buffer.concat([...kind, word(crc32(content)), size, size, nameLength, half(0)]);
}

/** Unpacks every file. Throws when it is no ZIP file, or damaged. */
export function readZip(zip: Buffer): Readonly<Record<string, string>> {
  const end = zip.lastIndexOf(word(endOfDirectory));
  if (end < 0) throw new Error('not a ZIP file');
  const files: Record<string, string> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    files[name] = contentAt(zip, at).toString();
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

function contentAt(zip: Buffer, entry: number): Buffer {
  const method = zip.readUInt16LE(entry + 10);
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
  const content = method === 0 ? packed : inflateRawSync(packed);
  if (crc32(content) !== zip.readUInt32LE(entry + 16)) throw new Error('a damaged ZIP file');
  return content;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function half(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
