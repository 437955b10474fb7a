// Reads every file of the repository and compares it with its checksum.

import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { repositoryReport, type RepositoryReport } from './repository-report.ts';
import { formatClock } from '../model/units.ts';
import { builtOn, parseVerify, type VerifyResult } from './verify-result.ts';
import { onlyOn } from '../engine/run-plan.ts';
import { change, job, type Report } from '../engine/step.ts';
import { CommandError, UnverifiedError } from '../model/errors.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import type { Host } from '../host/host.ts';
import { besideTheLock } from '../host/operation-hooks.ts';
import { withHosts } from '../host/with-hosts.ts';
import { carryOut } from '../kit/carry-out.ts';
import { damageNote, damageNoteOf, readableWal } from './damage.ts';
import { hasOption } from './backup-work-query.ts';
import { pgbackrest, controlPlace } from './pgbackrest-query.ts';
import { followRepositoryWork } from './repository-work-facts.ts';
import { repositoryFacts } from './repository-facts.ts';

/** Also the JSON of `dbctl backup verify -o json`. */
export interface VerifiedRepository extends VerifyResult {
  /** Backups that are whole themselves, but build on a damaged one. */
  readonly builtOnDamaged: readonly string[];
  readonly gaps: RepositoryReport['gaps'];
}

/** Reads every file of the repository. It changes nothing, so it goes on beside whoever has the lock. */
export const verifyBackups = (
  cluster: Cluster,
  backup: Backup,
  login: LoginOptions,
): Promise<VerifiedRepository> =>
  withHosts(
    [cluster.control],
    { ...login, ssh: cluster.ssh },
    async (hosts) => {
      const { step, answer } = job(
        'Verify the repository',
        change('repository.verify', 'read every file of the repository'),
        (control, report) => verifyRepository(cluster, backup, control, report),
      );
      await carryOut([onlyOn(step.title, hosts.get(cluster.control.name), () => [step])]);
      return answer();
    },
    besideTheLock,
  );

/** As a unit that goes on without dbctl; one that runs already is followed. Changes nothing. */
async function verifyRepository(
  cluster: Cluster,
  backup: Backup,
  control: Host,
  report: Report,
): Promise<VerifiedRepository> {
  const facts = await repositoryFacts(cluster, backup, control);
  const tells = await control.ask(hasOption('verify', '--verbose'));
  const options = tells ? ['--output=text', '--verbose'] : [];
  const work = {
    unit: `dbctl-verify-${cluster.name}`,
    what: 'the verification',
    argv: pgbackrest(controlPlace(cluster, backup), 'verify', ...options),
    progress: (seconds: number) => `reading every file of the repository, ${formatClock(seconds)}`,
  };
  const found = parseVerify(await followRepositoryWork(cluster, backup, control, work, report));
  if (tells && !found.isToldInFull) throw noVerdict(control);
  const damaged = found.backups.map(({ label }) => label);
  // Every file was read: what is remembered from now on is this.
  const note = damageNote(found, Date.now() / 1000);
  await control.writeFile(damageNoteOf(cluster), `${JSON.stringify(note)}\n`, {
    owner: 'root:root',
    mode: 0o644,
  });
  const { gaps } = repositoryReport(
    { name: cluster.name, stanza: backup.stanza },
    { ...facts, note, wal: readableWal(facts.wal, note), drills: [], leaderTimeline: undefined },
  );
  return { ...found, builtOnDamaged: builtOn(facts.info, damaged), gaps };
}

const noVerdict = ({ name }: Host): UnverifiedError =>
  new UnverifiedError({
    what: `pgBackRest on ${name} did not report whether the repository is intact`,
    next: ['run the same command again: it is safe'],
  });

/** Throws CommandError when something is damaged or missing. */
export function assertSoundRepository({ isSound, backups, gaps }: VerifiedRepository): void {
  if (isSound && gaps.length === 0) return;
  throw new CommandError({
    what: isSound ? 'the repository is intact, but WAL is missing from it' : 'the repository is damaged',
    why:
      backups.length > 0
        ? `Do not restore from ${backups.map(({ label }) => label).join(', ')}.`
        : 'Recovery stops where WAL is damaged or missing.',
    next: [
      'make a new full backup: dbctl backup run --type full',
      'see what can be restored: dbctl backup info',
    ],
  });
}
