import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import typescript from 'typescript-eslint';

// One-way imports: lib <- components <- blocks <- features <- app; api and host stand beside components, on lib. What paints parsed
// text (blocks) asks for the colours of code and opens links, so it knows api and host.
const forbid = (...groups) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns: groups }],
});
const tauri = {
  regex: '^@tauri-apps/',
  message: 'Only src/api/tauri.ts and src/host/tauri.ts may know the desktop shell.',
};
const zone = (name, message) => ({ regex: `^(@/|(\\.\\./)+)${name}(/|$)`, message });
const app = zone('app', 'app is on top: nothing imports it.');
const features = zone('features', 'Features are used by app only; what two of them need belongs in components or lib.');
const components = zone('components', 'Components stand above this folder.');
const blocks = zone('blocks', 'Blocks stand above this folder.');
const api = zone('api', 'This folder must not know how the application is reached.');
const host = zone('host', 'This folder must not know where the page runs.');
const ownFeatureOnly = {
  regex: '^@/features/',
  message: 'A feature imports itself by relative paths and other features never.',
};
const otherFeature = {
  regex: '^(\\.\\./)+(chat|models|providers|settings|first-start|palette|engine|pipelines)(/|$)',
  message: 'Features never import each other.',
};

export default typescript.config(
  { ignores: ['dist', 'dist-*', 'node_modules', 'src/api/generated.ts'] },
  js.configs.recommended,
  ...typescript.configs.recommendedTypeChecked,
  hooks.configs.flat['recommended-latest'],
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['error'] }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
          message: 'Nothing that a model wrote is ever HTML: build elements.',
        },
        { selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML)$/]', message: 'Build elements.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // TanStack Router's redirect is thrown by design.
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: ['Redirect'], allowThrowingUnknown: true, allowThrowingAny: true },
      ],
      ...forbid(tauri),
    },
  },
  { files: ['src/lib/**'], rules: forbid(tauri, app, features, blocks, components, api, host) },
  { files: ['src/components/**'], rules: forbid(tauri, app, features, blocks, api, host) },
  { files: ['src/blocks/**'], rules: forbid(tauri, app, features) },
  { files: ['src/api/**'], rules: forbid(tauri, app, features, blocks, components, host) },
  { files: ['src/host/**'], rules: forbid(tauri, app, features, blocks, components) },
  { files: ['src/api/tauri.ts', 'src/api/tauri.test.ts'], rules: forbid(app, features, components, host) },
  { files: ['src/host/tauri.ts'], rules: forbid(app, features, components) },
  { files: ['src/features/**'], rules: forbid(tauri, app, ownFeatureOnly, otherFeature) },
  {
    files: ['**/*.test.{ts,tsx}', 'src/test-setup.ts'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    ...typescript.configs.disableTypeChecked,
    languageOptions: { globals: globals.node, parserOptions: { projectService: false } },
  },
);
