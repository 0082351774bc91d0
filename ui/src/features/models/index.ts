export { ModelsPlace } from './models-place';
