/** The handlers of one event, one after the other: a wrapper's beside those that its element has already. */
type Handler<E> = ((event: E) => void) | undefined;

export function chain<E>(first: Handler<E>, second: (event: E) => void): (event: E) => void {
  return (event) => {
    first?.(event);
    second(event);
  };
}
