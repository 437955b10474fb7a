// What is a secret by its form, whoever's it is: found also where its value is not known.

import { mask } from './secret.ts';

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
export const redactForms = (text: string): string =>
  forms.reduce((result, [pattern, replacement]) => result.replaceAll(pattern, replacement), text);
