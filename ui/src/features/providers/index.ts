export { ConnectForm } from './connect-form';
export { ProvidersSection } from './providers-section';
