// Everything probe learns about one node, over five sessions that are opened at the same time.

import { setTimeout as sleep } from 'node:timers/promises';
import { roleKinds, type Cluster, type Node } from '../model/cluster.ts';
import { lagOf, type Mark } from '../postgres/lag.ts';
import type { NodeFacts } from './facts.ts';
import { readReach, tryToShare, tryToWrite } from './attempts.ts';
import type { Session, Target } from './connection.ts';
import {
  identifySystem,
  readArchiver,
  readMark,
  readPrimarySide,
  readReplayed,
  readReplicaSide,
  readRoles,
  readSignals,
  readState,
} from './facts-database.ts';
import { classify } from './failure.ts';
import type { Place } from './places.ts';
import { closeSessions, loginsOf, openSessions, sameFor, sessionIn, type Sessions } from './sessions.ts';

type Asked = Pick<Cluster, 'postgres' | 'backup'>;
type Draft = { -readonly [Key in keyof NodeFacts]: NodeFacts[Key] };

/** Where the primary of this round was; each node says what it knows, and replicas wait for it. */
export interface MarkBoard {
  post(mark: Mark): void;
  /** This node is no primary, or did not answer. */
  pass(node: Node): void;
  /** Resolves when a primary has posted, or when none can any more. */
  readonly mark: Promise<Posted | undefined>;
  /** Seconds a replica gets to replay the mark before its age is told from its last commit. */
  readonly patience: number;
}

export interface Posted {
  readonly mark: Mark;
  /** performance.now() when it arrived. */
  readonly takenAt: number;
}

export async function gatherNode(
  target: Target,
  asked: Asked,
  board: MarkBoard,
  place: Place,
): Promise<NodeFacts> {
  const sessions = target.deadline.aborted ? notAsked : await openSessions(target, asked.postgres);
  const facts: Draft = { node: target.node, ...loginsOf(sessions) };
  const anyone = sessionIn(sessions.admin) ?? sessionIn(sessions.writer) ?? sessionIn(sessions.reader);
  const closing: Promise<void>[] = [];
  try {
    if (anyone) await look(anyone, sessions, asked, board, facts);
    board.pass(target.node);
    place.leave();
    closing.push(closeSessions(sessions, anyone));
    if (anyone && facts.server?.inRecovery) await measureLag(anyone, board, facts);
  } catch (error) {
    const isLate = target.deadline.aborted;
    facts.interrupted = classify(error, { isLate, tlsAnswer: undefined });
  } finally {
    board.pass(target.node);
    place.leave();
    await Promise.all(closing);
    await closeSessions(sessions);
  }
  return facts;
}

const notAsked = sameFor({
  ok: false,
  failure: { kind: 'not-asked', detail: 'the time limit was reached' },
});

/** One session runs one statement at a time; the sessions run side by side. */
async function look(
  anyone: Session,
  sessions: Sessions,
  asked: Asked,
  board: MarkBoard,
  facts: Draft,
): Promise<void> {
  const server = await readState(anyone);
  facts.server = server;
  if (server.inRecovery) board.pass(facts.node);
  else board.post(await takeMark(anyone));

  const looking = (['admin', 'writer', 'reader'] as const).map((role) => {
    const session = sessionIn(sessions[role]);
    return session && lookAs[role](session, asked, server.inRecovery, facts);
  });
  const { replication } = sessions;
  await Promise.all([...looking, replication.ok && identifySystem(replication.session)]);
}

const toBeWholeMs = 500;

/** Before our own writes. Waits for the WAL writer, so that a replica is not called late for half a record. */
async function takeMark(session: Session): Promise<Mark> {
  const end = performance.now() + toBeWholeMs;
  let mark = await readMark(session);
  while (!mark.isWhole && performance.now() < end) {
    await sleep(20);
    mark = await readMark(session);
  }
  return mark;
}

type Look = (session: Session, asked: Asked, inRecovery: boolean, facts: Draft) => Promise<void>;

const lookAs: Readonly<Record<'admin' | 'writer' | 'reader', Look>> = {
  async admin(session, { postgres, backup }, inRecovery, facts) {
    // Before our own writes, which would be the WAL that waits.
    if (backup && !inRecovery) facts.archiver = (await readArchiver(session)).archiver;
    facts.roles = await readRoles(
      session,
      roleKinds.map((role) => postgres[role].name),
    );
    facts.signals = await readSignals(session);
    if (inRecovery) facts.replica = await readReplicaSide(session);
    else facts.primary = await readPrimarySide(session);
    facts.adminCreates = await tryToWrite(session, 'begin');
  },

  async writer(session, { postgres }, inRecovery, facts) {
    if (inRecovery) {
      facts.writerWrites = await tryToWrite(session, 'begin');
      return;
    }
    const { attempt, readerSees } = await tryToShare(session, postgres.reader.name);
    facts.writerWrites = attempt;
    facts.readerSeesNewTables = readerSees;
  },

  async reader(session, { postgres: { admin, writer } }, inRecovery, facts) {
    facts.readerReach = await readReach(session, [admin.name, writer.name]);
    facts.readerWrites = await tryToWrite(session, inRecovery ? 'begin' : 'begin read write');
  },
};

async function measureLag(session: Session, board: MarkBoard, facts: Draft): Promise<void> {
  const posted = await board.mark;
  if (!posted) return;
  const sample = async () => ({
    ...(await readReplayed(session)),
    elapsed: (performance.now() - posted.takenAt) / 1000,
  });
  const first = await sample();
  let last = first;
  while (last.replayed < posted.mark.position && last.elapsed < first.elapsed + board.patience) {
    await sleep(50);
    last = await sample();
  }
  const isStreaming = facts.replica && facts.replica.receiver?.status === 'streaming';
  facts.lag = lagOf(posted.mark, first, last, isStreaming);
}
