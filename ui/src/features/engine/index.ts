export { Doctor } from './doctor';
export { OllamaLine } from './ollama-line';
export { OllamaPanel } from './ollama-panel';
