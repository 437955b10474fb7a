import { duration, flag, option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';
import { tellingLeader } from '../kit/see-leader.ts';
import { exitCode } from '../model/errors.ts';
import { probeExitCode, worstOf } from '../model/finding.ts';

/** Of who watches: a host that has just died says nothing for half a minute, and the others are looked at all the same. */
const patienceMs = 10_000;

/** `dbctl status`: every node as its own host sees it. */
export const status = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl status': 'what each host says of its node',
    'dbctl status --watch': 'the same every two seconds, until Ctrl-C',
    'dbctl status --check': 'for scripts: fails when something is wrong',
  },
  flags: {
    check: flag('--check', 'also judge what is seen: a verdict, and the exit code of it'),
    watch: flag('--watch', 'look again and again, until Ctrl-C; hosts are logged in on once'),
    interval: option('--interval <duration>', 'how long --watch waits between two looks', {
      read: duration,
      otherwise: 2000,
    }),
  },
  help: `Exit codes: 0 every node was seen, whatever its state; 3 a node or the repository was not.
With --check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. With --watch: 0 when it was interrupted.`,
  everyMs: ({ flags: { watch, interval } }) => (watch ? interval : undefined),
  async run({ cluster, login, flags: { watch } }) {
    const [{ readStatus }, { statusFindings }] = await Promise.all([
      import('./status-facts.ts'),
      import('./status-findings.ts'),
    ]);
    const answer = await tellingLeader(
      cluster,
      await readStatus(cluster, { ...login, ...(watch && { patienceMs }) }),
    );
    return { ...answer, findings: statusFindings(cluster, answer) };
  },
  async text(answer, { flags: { check }, colour }) {
    const { checkText, clusterText } = await import('./status-text.ts');
    return `${clusterText(answer)}${check ? checkText(answer.findings, colour) : ''}`;
  },
  json: ({ leaders, nodes, protection, patroni, etcd, synchronous, findings }) => ({
    /** The node that takes writes; null when none or several do. */
    leader: leaders.length === 1 ? leaders[0]!.node.name : null,
    nodes: nodes.map(({ node, host, ...seen }) => ({ name: node, address: host, ...seen })),
    protection,
    ...(patroni && { patroni }),
    ...(etcd && { etcd }),
    ...(synchronous && { synchronous }),
    status: worstOf(findings),
    findings,
  }),
  exitCode: ({ nodes, protection, findings }, { flags: { check } }) => {
    if (check) return probeExitCode[worstOf(findings)];
    const isWhole = nodes.every(({ state }) => state !== 'unreachable') && protection.problem === null;
    return isWhole ? exitCode.ok : exitCode.unreachable;
  },
});
