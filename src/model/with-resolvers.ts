/** A promise that is settled from outside: Promise.withResolvers, which Node 20 does not have. */
export function withResolvers<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: Error) => void;
} {
  let [resolve, reject]: [(value: Value) => void, (reason: Error) => void] = [nothing, nothing];
  const promise = new Promise<Value>((onValue, onError) => ([resolve, reject] = [onValue, onError]));
  return { promise, resolve, reject };
}

const nothing = (): void => {};
