// What `-o json` answers, read from the types of the commands' forms: every key, its type, and what its docstring says.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  API,
  SignatureKind,
  TypeFlags,
  type Checker,
  type Symbol as Property,
  type Type,
} from 'typescript/unstable/sync';
import { isTimeKey } from '../../src/kit/answer-json.ts';

export interface Key {
  /** As jq has it: `nodes[].lagBytes`; `<name>` stands for any name. */
  readonly path: string;
  readonly type: string;
  readonly isOptional: boolean;
  /** Its docstring, or "". */
  readonly about: string;
}

/** Where the form of a command is: a file below src/, and what it exports. */
export interface Form {
  readonly file: string;
  readonly name: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What each form answers; nothing for one that has no answer of its own. */
export function answerShapes(forms: readonly Form[]): readonly (readonly Key[])[] {
  const api = new API({ cwd: root });
  try {
    const { checker } = api.updateSnapshot({ openProject: `${root}tsconfig.json` }).getProjects()[0]!;
    return forms.map((form) => shapeOf(checker, form));
  } finally {
    api.close();
  }
}

/** A form is `export const <name> = command({ … });` or another kind of command; its members stand at two blanks. */
function shapeOf(checker: Checker, { file, name }: Form): readonly Key[] {
  const path = `${root}src/${file}`;
  const text = readFileSync(path, 'utf8');
  const start = text.indexOf(`export const ${name} = `);
  const [, kind, needs, members = ''] =
    /^export const \w+ = (\w+)\(\{(?:\n  needs: '([^']*)',)?(.*?)\n\}\);\n/s.exec(text.slice(start)) ?? [];
  const answerOf = (member: string): Type | undefined => {
    const at = new RegExp(`^  (?:async )?(?=${member}\\b)`, 'm').exec(members);
    if (!at) return undefined;
    const position = start + text.slice(start).indexOf(members) + at.index + at[0].length + 1;
    const [signature] = checker.getSignaturesOfType(
      checker.getTypeAtPosition(path, position)!,
      SignatureKind.Call,
    );
    return awaited(checker, checker.getReturnTypeOfSignature(signature!)!);
  };
  const isChange = kind === 'changeCommand';
  const run = answerOf('run');
  if (!run || !(isChange || /^  (?:async )?text\b/m.test(members))) return [];
  const result = isChange && checker.getTypeOfSymbol(checker.getPropertyOfType(run, 'result')!)!;
  const own = answerOf('json') ?? (isChange ? undefined : run);
  return merged([
    ...(['nothing', 'file'].includes(needs ?? '') ? [] : [said('cluster', 'string')]),
    ...(isChange ? [said('dryRun', 'boolean')] : []),
    ...(result ? keysBelow(checker, result, '') : []),
    ...(own ? keysBelow(checker, own, '') : []),
  ]);
}

const said = (path: string, type: string): Key => ({ path, type, isOptional: false, about: '' });

const awaited = (checker: Checker, type: Type): Type =>
  type.getSymbol()?.name === 'Promise' && type.isTypeReference() ? checker.getTypeArguments(type)[0]! : type;

/** A key that several members of a union have, once. */
function merged(keys: readonly Key[]): readonly Key[] {
  const all = new Map<string, Key>();
  for (const key of keys) {
    const known = all.get(key.path);
    const type = known ? joined([...known.type.split(' | '), ...key.type.split(' | ')]) : key.type;
    all.set(key.path, { ...key, ...known, type });
  }
  return [...all.values()];
}

/** Every key below a type. What some members of a union do not have is optional. */
function keysBelow(checker: Checker, whole: Type, path: string): readonly Key[] {
  const parts = partsOf(whole).filter((part) => !isLeaf(part));
  const below = parts.map((part) => merged(ofPart(part)));
  return merged(
    below.flatMap((keys) =>
      keys.map((key) => ({
        ...key,
        isOptional: key.isOptional || (isMember(key, path) && below.some((others) => lacks(others, key))),
      })),
    ),
  );

  function ofPart(part: Type): readonly Key[] {
    const element = elementOf(checker, part);
    if (element) return keysBelow(checker, element, `${path}[]`);
    const named = checker.getIndexInfosOfType(part).map((info) => ofMember('<name>', info.valueType));
    const own = checker
      .getPropertiesOfType(part)
      .map((one) => ofMember(one.name, checker.getTypeOfSymbol(one)!, one));
    return [...own, ...named].flat();
  }

  function ofMember(name: string, value: Type, property?: Property): readonly Key[] {
    const at = path === '' ? name : `${path}.${name}`;
    const values = partsOf(value).filter((part) => !isAbsent(part));
    if (values.length === 0) return [];
    const isOptional = values.length < partsOf(value).length;
    const about = (property?.getDocumentationComment(checker) ?? '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/\bundefined\b/gi, 'missing');
    const text = joined(values.map((part) => typeText(checker, part)));
    const type = isTimeKey(name) ? text.replace(/number|string/, 'time') : text;
    return [{ path: at, type, isOptional, about }, ...keysBelow(checker, value, at)];
  }
}

/** Whether it is a member itself, and of none of them. */
const isMember = (key: Key, path: string): boolean =>
  !/[.[]/.test(key.path.slice(path === '' ? 0 : path.length + 1));

const lacks = (keys: readonly Key[], { path }: Key): boolean => keys.every((one) => one.path !== path);

const partsOf = (type: Type): readonly Type[] => (type.isUnionType() ? (type.getTypes() ?? []) : [type]);

/** What JSON leaves out. */
const isAbsent = ({ flags }: Type): boolean => (flags & (TypeFlags.Undefined | TypeFlags.Void)) !== 0;

const isTime = (type: Type): boolean => type.getSymbol()?.name === 'Date';

const isLeaf = (type: Type): boolean => isTime(type) || !(type.isObjectType() || type.isIntersectionType());

const elementOf = (checker: Checker, type: Type): Type | undefined =>
  checker.isArrayLikeType(type) && type.isTypeReference() ? checker.getTypeArguments(type)[0] : undefined;

/** In the words of JSON. */
function typeText(checker: Checker, type: Type): string {
  if (isTime(type)) return 'time';
  const element = elementOf(checker, type);
  if (element) return `list of ${joined(partsOf(element).map((part) => typeText(checker, part)))}`;
  return isLeaf(type) ? checker.typeToString(type) : 'object';
}

/** Each once, null last. */
function joined(types: readonly string[]): string {
  const once = [...new Set(types)].toSorted(
    (one, other) => Number(one === 'null') - Number(other === 'null'),
  );
  return once.join(' | ').replace('false | true', 'boolean');
}
