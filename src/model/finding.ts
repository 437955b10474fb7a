// A finding is one answer to one question; the worst one is the verdict.

import type { Node, RoleKind } from './cluster.ts';

export type Status = 'ok' | 'warning' | 'critical' | 'unknown';

export interface Finding {
  /** Missing when it is about the cluster as a whole. */
  readonly node?: string;
  readonly role?: RoleKind;
  /** Which question: "login", "lag", "one-primary" … */
  readonly check: string;
  readonly status: Status;
  /** A lower-case fact. */
  readonly message: string;
  /** What to do about it, most useful first. */
  readonly next?: readonly string[];
}

/** The codes monitoring systems expect. */
export const probeExitCode = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

/** What is certainly broken outweighs what could not be seen, and that outweighs a warning. */
const severity: readonly Status[] = ['ok', 'warning', 'unknown', 'critical'];

export const worstOf = (findings: readonly Pick<Finding, 'status'>[]): Status =>
  severity.findLast((status) => findings.some((one) => one.status === status)) ?? 'ok';

/** What is wrong, told once however many nodes it concerns. */
export interface Problem extends Pick<Finding, 'message' | 'next'> {
  readonly status: Status;
  /** Empty when it is about the cluster as a whole. */
  readonly nodes: readonly string[];
}

/** Everything that is not OK, the worst first. */
export function problemsOf(findings: readonly Finding[]): readonly Problem[] {
  const problems = new Map<string, Problem & { readonly nodes: string[] }>();
  for (const { status, node, message, next } of findings) {
    if (status === 'ok') continue;
    const key = JSON.stringify([status, message, next]);
    const problem = problems.get(key) ?? { status, nodes: [], message, ...(next && { next }) };
    problems.set(key, problem);
    if (node !== undefined) problem.nodes.push(node);
  }
  return [...problems.values()].toSorted((a, b) => severity.indexOf(b.status) - severity.indexOf(a.status));
}

type About = Pick<Finding, 'role' | 'check'> & { readonly node?: Node | undefined };

/** Makes one finding: `finding({ node, check: 'lag' }, 'warning', 'is 40 s behind', ['dbctl logs pg2'])`. */
export const finding = (
  { node, role, check }: About,
  status: Status,
  message: string,
  next: readonly string[] = [],
): Finding => ({
  ...(node && { node: node.name }),
  ...(role && { role }),
  check,
  status,
  message,
  ...(next.length > 0 && { next }),
});
