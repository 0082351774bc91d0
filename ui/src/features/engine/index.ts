export { Doctor } from './doctor';
export { MoveFolder } from './move-folder';
export { OllamaLine } from './ollama-line';
export { OllamaPanel } from './ollama-panel';
