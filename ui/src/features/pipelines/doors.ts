/** What of pipelines stands among the settings; apart, so that the list and the builder don't come with it. */
export { FoldersSection } from './folders/folders-section';
export { KeptSection } from './kept/kept-section';
export { SecretsSection } from './secrets/secrets-section';
export { SelfTestSection } from './selftest/selftest-section';
export { WebhooksSection } from './webhooks/webhooks-section';
