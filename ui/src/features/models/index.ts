export { AddFileButton, DropZone } from './add-file';
export { isLocal, openDownloads, providerOf } from './facts';
export { useImports } from './imports';
export { Incoming } from './incoming';
export { ModelsPlace } from './models-place';
export { Starters } from './starters';
