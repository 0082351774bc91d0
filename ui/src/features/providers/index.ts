export { ConnectForm } from './connect-form';
export { ProvidersSection } from './providers-section';
export { KeepField, useKeyPlaces } from './key-fields';
