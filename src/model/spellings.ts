// How one secret may look in a text that somebody else wrote: quoted for SQL or a shell, escaped for JSON, encoded.

/** Every spelling of a secret that is looked for. */
export function spellingsOf(secret: string) {
  const forms = [secret, asShown(secret), asHashed(secret), secret.normalize('NFC'), secret.normalize('NFD')];
  const written = [...new Set(forms)].flatMap((form) => [form, ...escapedTwice(form)]);
  return {
    /** Stand in a text as they are. */
    exact: new Set([...written, ...forms.flatMap(hexOf)].filter((text) => text !== '')),
    /** Stand in a longer base64 text; what surrounds them there may hold the secret's first and last bytes. */
    encoded: new Set(forms.flatMap(base64Of)),
  };
}

/** As terminals are shown it: without marks that change the direction of writing. */
const asShown = (text: string): string => text.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');

/** As SCRAM hashes it (RFC 4013), without the package that knows that by tables: loading it takes longer than most runs. */
const asHashed = (text: string): string =>
  text
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC');

type Escape = (text: string) => string;

const doubled =
  (mark: string): Escape =>
  (text) =>
    text.replaceAll(mark, mark + mark);
const behindBackslash =
  (marks: RegExp): Escape =>
  (text) =>
    text.replaceAll(marks, '\\$&');
const percent = (byte: number): string => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;

const inUrls: readonly Escape[] = [
  encodeURI,
  encodeURIComponent,
  (text) => encodeURIComponent(text).replaceAll(/[!'()*~]/g, (mark) => percent(mark.charCodeAt(0))),
  (text) => new URLSearchParams({ x: text }).toString().slice(2),
];
const inUrlsLower = inUrls.map(
  (escape): Escape =>
    (text) =>
      lowerHex(escape(text)),
);

const lowerHex = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

const unicodeEscape: Escape = (text) =>
  text.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const json: Escape = (text) => JSON.stringify(text).slice(1, -1);

/** Ways that surround, or are surrounded by, another: JSON that holds SQL, a shell line that holds JSON. */
const common: readonly Escape[] = [
  json,
  (text) => unicodeEscape(json(text)),
  // 'it'\''s' and "it's" in a shell.
  (text) => text.replaceAll("'", `'\\''`),
  behindBackslash(/[\\"$`]/g),
  // 'it''s' in SQL, and where a backslash counts too.
  doubled("'"),
  (text) => doubled("'")(doubled('\\')(text)),
  // Connection strings; password files; C and systemd.
  behindBackslash(/[\\']/g),
  behindBackslash(/[\\:]/g),
  behindBackslash(/[\\"]/g),
];

const rare: readonly Escape[] = [
  ...inUrls,
  ...inUrlsLower,
  doubled('"'),
  doubled('%'),
  doubled('$'),
  (text) => text.replaceAll("'", `'"'"'`),
  // What bash's printf %q and its like do.
  behindBackslash(/[^\w@%+=:,./\u0080-\uffff-]/g),
  (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
];

function escapedTwice(text: string): readonly string[] {
  const once = [...common, ...rare].map((escape) => orSame(escape, text));
  return [...once, ...new Set(once.flatMap((form) => common.map((escape) => orSame(escape, form))))];
}

/** encodeURI refuses half of a surrogate pair. */
function orSame(escape: Escape, text: string): string {
  try {
    return escape(text);
  } catch {
    return text;
  }
}

function hexOf(text: string): readonly string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

const shortestEncoded = 8;

/**
 * Its base64 wherever it begins in what was encoded: the middle, because the ends hold bits of its neighbours, and
 * because the text may have been cut.
 */
function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((shift) => {
    const before = Math.ceil((shift * 4) / 3);
    const whole = Math.floor(((shift + bytes.length) * 4) / 3);
    const own = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(before, whole);
    const middle = own.slice(3, -4);
    const core = middle.length >= shortestEncoded ? middle : own;
    if (core.length < shortestEncoded) return [];
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
