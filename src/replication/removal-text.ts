import type { Node } from '../model/cluster.ts';

export interface Removal {
  readonly node: string;
  /** Whether its host was reached. */
  readonly isReached: boolean;
  /** Whether its server and data were dbctl's; null when nobody knows. */
  readonly isOurs: boolean | null;
  readonly isWiped: boolean;
  /** Where data is kept, of this removal or of an earlier one; null when there is none, or nobody knows. */
  readonly keptData: string | null;
  /** What of that the primary has not, in a sentence; null when it has everything. */
  readonly onlyInKeptData: string | null;
  /** What to type on its host when it is back. */
  readonly left: readonly string[];
  /** Other replicas that were not reached, and still let it in. */
  readonly notReached: readonly string[];
}

/** What is left of a replica that was removed, for people. */
export function removalText(
  { node, isReached, isOurs, isWiped, keptData, onlyInKeptData, left, notReached }: Removal,
  { host }: Pick<Node, 'host'>,
  primary: Pick<Node, 'name'>,
): string {
  return [
    ...(keptData
      ? [
          isWiped
            ? `Data of an earlier removal is still on its host (${host}): ${keptData}`
            : `The data of ${node} was kept on its host (${host}): ${keptData}`,
          ...(onlyInKeptData
            ? [onlyInKeptData, 'A person must decide whether that is needed: it is in no other place.']
            : []),
          `Remove it when it is not needed:  rm -r ${keptData}`,
        ]
      : []),
    ...(isReached && isOurs === false
      ? [`PostgreSQL on ${host} was not set up by dbctl for ${node}: it was not touched.`]
      : []),
    ...(isReached
      ? []
      : [
          `${node} (${host}) was not reached, so what is on it is still there, and nobody knows whether only it has`,
          `something. It holds passwords and keys of the cluster; ${primary.name} no longer accepts its logins. When it is`,
          `back and its data is not needed, on ${host}:`,
          ...left.map((line) => `  ${line}`),
        ]),
    ...notReached.map(
      (name) =>
        `${name} was not reached: it still accepts logins of ${node} until you run: dbctl add-replica ${name}`,
    ),
    '',
  ].join('\n');
}
