import { gatewayKinds, type GatewayKind } from '../../model/gateways.ts';
import { InvalidValue, shown } from '../problem.ts';

/** Reads the name of a gateway; throws InvalidValue. */
export function readGateway(text: string): GatewayKind {
  const kind = gatewayKinds.find((one) => one === text);
  if (kind === undefined) throw new InvalidValue(`expected ${gatewayKinds.join(' or ')}, got ${shown(text)}`);
  return kind;
}
