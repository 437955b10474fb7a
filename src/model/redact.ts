// The one redactor: every text that leaves for a log, a report or another person passes through it.

import { mask, Secret } from './secret.ts';
import { spellingsOf } from './spellings.ts';

/** From where to where in a text; the end is not part of it. */
type Span = readonly [from: number, to: number];

const base64 = /[A-Za-z0-9+/_-]/;
const padded = /[A-Za-z0-9+/=_-]/;
const word = /[\p{L}\p{N}]/u;

/** A value this short is masked only where it is a word of its own: "abc" says nothing in "abcde". */
const shortestAnywhere = 8;

/**
 * Makes a function that takes every secret out of a text: these, by value and in every spelling of theirs, and what
 * looks like a secret whoever's it is (private keys, SCRAM verifiers, `password=…`). What it answers is safe to show.
 * Give it whole texts or whole lines: a secret that is cut in two cannot be recognised.
 */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const values = [...new Set(secrets.map((secret) => secret.reveal()))].filter((value) => value !== '');
  const spellings = values.map((value) => spellingsOf(value));
  const exact = new Set(spellings.flatMap((one) => [...one.exact]));
  const encoded = new Set(spellings.flatMap((one) => [...one.encoded]));
  return (text) =>
    redactForms(maskSpans(text, [...spansOf(text, exact, asWord), ...spansOf(text, encoded, inBase64)]));
}

/** Every secret inside a value, however deep: redactor(secretsIn(cluster)). */
export function secretsIn(value: unknown, seen = new Set<unknown>()): readonly Secret[] {
  if (value instanceof Secret) return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.values(value).flatMap((part) => secretsIn(part, seen));
}

type Widen = (text: string, span: Span) => Span | undefined;

const asWord: Widen = (text, span) => {
  const [from, to] = span;
  if (to - from >= shortestAnywhere) return span;
  return word.test(text[from - 1] ?? '') || word.test(text[to] ?? '') ? undefined : span;
};

/** All of the base64 text around it. */
const inBase64: Widen = (text, [from, to]) => {
  let [start, end] = [from, to];
  while (start > 0 && base64.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && padded.test(text.charAt(end))) end += 1;
  return [start, end];
};

function spansOf(text: string, needles: ReadonlySet<string>, widen: Widen): readonly Span[] {
  const spans: Span[] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
      const span = widen(text, [at, at + needle.length]);
      if (span) spans.push(span);
    }
  }
  return spans;
}

/** Spans that overlap become one mask: a secret inside another hides nothing of it. */
function maskSpans(text: string, spans: readonly Span[]): string {
  let result = '';
  let done = 0;
  for (const [from, to] of spans.toSorted(([one], [other]) => one - other)) {
    if (from >= done) result += text.slice(done, from) + mask;
    done = Math.max(done, to);
  }
  return result + text.slice(done);
}

type Form = readonly [pattern: RegExp, replacement: string];

const begin = '-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----';
const end = '-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----';
/** Also in JSON, where a line break is `\n`. */
const lineBreak = String.raw`(?:\s|\\[rn])`;
const keyLine = '[A-Za-z0-9+/=]{16,128}';

/** Names that say what the value after them is: as they are, or at the end of longer ones (POSTGRES_PASSWORD). */
const names = [
  'password',
  'passwd',
  'passphrase',
  String.raw`\bpwd`,
  'cipher[_-]?pass',
  'secret',
  'token',
  's3-key',
  'access[_-]?key(?:[_-]?id)?',
  '(?:secret|api|private)[_-]?key',
  'signature',
].join('|');
const named = String.raw`((?:${names})(?:\\?["'])?[ \t]{0,8}(?:=|:(?!:))[ \t]{0,8})`;

const forms: readonly Form[] = [
  // A private key: whole, without its end, without its beginning.
  [new RegExp(String.raw`${begin}(?:[^-]|-(?!----)){0,20000}${end}`, 'g'), `${mask} (a private key)`],
  [new RegExp(String.raw`${begin}(?:${lineBreak}{1,4}${keyLine}){0,300}`, 'g'), `${mask} (a private key)`],
  [
    new RegExp(String.raw`(?<![A-Za-z0-9+/=])(?:${keyLine}${lineBreak}{1,4}){1,300}${end}`, 'g'),
    `${mask} (a private key)`,
  ],
  // What PostgreSQL keeps of a password.
  [/SCRAM-SHA-256\$\d+:[^\s'"$]*\$[^\s'"]*/g, mask],
  [/\bmd5[0-9a-f]{32}\b/g, mask],
  // scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@'"]{0,200}):[^\s/'"]{1,2000}@/gi, `$1:${mask}@`],
  // A line of a password file: host:port:database:user:password
  [/^([^\s:#]{1,300}:(?:\d{1,5}|\*):[^\s:]{1,300}:[^\s:]{1,300}):[^\n]+$/gm, `$1:${mask}`],
  [/(\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:basic|bearer)\s+)[^\s'"]+/gi, `$1${mask}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, mask],
  // password = 'x', "password": "x", the same inside JSON, password=x. A doubled or escaped quote ends no value.
  [new RegExp(String.raw`${named}'(?:[^'\\\n]|''|\\.)*'`, 'gi'), `$1'${mask}'`],
  [new RegExp(String.raw`${named}"(?:[^"\\\n]|""|\\.)*"`, 'gi'), `$1"${mask}"`],
  [new RegExp(String.raw`${named}\\"(?:(?!\\")[^\n])*\\"`, 'gi'), `$1\\"${mask}\\"`],
  [new RegExp(String.raw`${named}(?!['"]?\[secret\])(?!\\")['"]?[^\s'"&;,)}\]]+`, 'gi'), `$1${mask}`],
  // SQL: alter role … password 'x'
  [/(\bpassword[ \t]+e?)'(?:[^'\\\n]|''|\\.)*'/gi, `$1'${mask}'`],
];

/** The text without what is a secret by its form. Applying it again changes nothing more. */
const redactForms = (text: string): string =>
  forms.reduce((result, [pattern, replacement]) => result.replaceAll(pattern, replacement), text);
