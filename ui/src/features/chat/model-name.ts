/** "smollm2-135m-instruct" of "embedded/smollm2-135m-instruct": the provider is said where it matters. */
export function shortModelName(model: string | undefined): string {
  return model === undefined ? 'the model' : model.slice(model.indexOf('/') + 1);
}

export function providerOf(model: string): string {
  return model.slice(0, Math.max(0, model.indexOf('/')));
}
