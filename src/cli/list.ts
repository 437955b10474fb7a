// Every command that can be typed, in the order of --help. Each area lists its own.

import { backupCommands } from '../backup/commands.ts';
import { certificatesCommands } from '../certificates/commands.ts';
import { cliCommands } from './commands.ts';
import { clusterFileCommands } from '../cluster-file/commands.ts';
import { doctorCommands } from '../doctor/commands.ts';
import { gatewayCommands } from '../gateways/commands.ts';
import { labCommands } from '../lab/commands.ts';
import { operationCommands } from '../operation/commands.ts';
import { patroniCommands } from '../patroni/commands.ts';
import { probeCommands } from '../probe/commands.ts';
import { replicationCommands } from '../replication/commands.ts';
import { reportCommands } from '../report/commands.ts';
import { restoreCommands } from '../restore/commands.ts';
import { serverCommands } from '../server/commands.ts';
import { startCommands } from '../start/commands.ts';
import { statusCommands } from '../status/commands.ts';
import { switchoverCommands } from '../switchover/commands.ts';
import { upCommands } from '../up/commands.ts';
import { walCommands } from '../wal/commands.ts';
import { joined } from '../kit/listed.ts';

export const list = joined([
  clusterFileCommands,
  doctorCommands,
  upCommands,
  startCommands,
  serverCommands,
  replicationCommands,
  switchoverCommands,
  patroniCommands,
  probeCommands,
  statusCommands,
  gatewayCommands,
  walCommands,
  reportCommands,
  operationCommands,
  backupCommands,
  restoreCommands,
  certificatesCommands,
  cliCommands,
  labCommands,
]);
