//! The TypeScript of the method table and of the events, generated.

use std::{any::TypeId, collections::BTreeMap, fmt::Write as _};

use ts_rs::{Config, TS, TypeVisitor};

use crate::{ErrorBody, api::METHODS, events::Envelope, pipelines::topic::Topic};

/// Collects the declarations that are named on the way.
pub struct Types {
    config: Config,
    seen: Vec<TypeId>,
    declarations: BTreeMap<String, String>,
    clashes: Vec<String>,
}

impl Types {
    fn new() -> Self {
        Self {
            config: Config::new().with_large_int("number"),
            seen: Vec::new(),
            declarations: BTreeMap::new(),
            clashes: Vec::new(),
        }
    }

    /// The type's name as TypeScript writes it; it and all that it needs is declared.
    pub fn name<T: TS + 'static + ?Sized>(&mut self) -> String {
        self.visit::<T>();
        T::name(&self.config)
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}", T::decl(&self.config));
            let name = T::ident(&self.config);
            if let Some(other) = self.declarations.insert(name.clone(), declaration.clone())
                && other != declaration
            {
                self.clashes.push(name);
            }
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The whole of `ui/src/api/generated.ts`. Fails with the names of types that stand twice with different meanings.
pub fn typescript() -> Result<String, String> {
    let mut types = Types::new();
    let mut methods = String::new();
    for method in METHODS {
        let (params, result) = (method.types)(&mut types);
        let _ = writeln!(methods, "  \"{}\": {{ params: {params}; result: {result} }};", method.name);
    }
    types.visit::<Envelope>();
    types.visit::<Topic>();
    types.visit::<ErrorBody>();
    if !types.clashes.is_empty() {
        return Err(format!("these types stand twice with different meanings: {}", types.clashes.join(", ")));
    }
    let mut text =
        String::from("// Generated from the method table by `cargo xtask bindings`. Do not edit.\n\n");
    for declaration in types.declarations.values() {
        text.push_str(declaration);
        text.push_str("\n\n");
    }
    text.push_str("/** Every method with its parameters and its result. */\nexport interface Methods {\n");
    text.push_str(&methods);
    text.push_str("}\n");
    Ok(text)
}
