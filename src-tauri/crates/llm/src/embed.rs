//! What servers answer when they are asked for vectors.

use serde_json::Value;

use crate::{EmbeddedTexts, Error};

/// OpenAI's `/embeddings`: each vector says which text it is of.
pub(crate) fn read_openai(value: &Value, count: usize, host: &str) -> Result<EmbeddedTexts, Error> {
    let mut found: Vec<Option<Vec<f32>>> = vec![None; count];
    for (place, item) in value["data"].as_array().into_iter().flatten().enumerate() {
        let index = item["index"].as_u64().map_or(place, |index| index as usize);
        if let Some(slot) = found.get_mut(index) {
            *slot = vector(&item["embedding"]);
        }
    }
    let tokens = value["usage"]["prompt_tokens"].as_u64().or_else(|| value["usage"]["total_tokens"].as_u64());
    whole(found, tokens, host)
}

/// Ollama's `/api/embed`: in the order of the texts.
pub(crate) fn read_ollama(value: &Value, count: usize, host: &str) -> Result<EmbeddedTexts, Error> {
    let listed = value["embeddings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found: Vec<Option<Vec<f32>>> = listed.iter().map(vector).collect();
    found.resize(count, None);
    whole(found, value["prompt_eval_count"].as_u64(), host)
}

fn vector(value: &Value) -> Option<Vec<f32>> {
    let numbers = value.as_array().filter(|numbers| !numbers.is_empty())?;
    numbers.iter().map(|number| number.as_f64().map(|number| number as f32)).collect()
}

/// Either all of them or none: a missing one would shift all that are looked up by place.
fn whole(found: Vec<Option<Vec<f32>>>, tokens: Option<u64>, host: &str) -> Result<EmbeddedTexts, Error> {
    let count = found.len();
    let vectors: Vec<Vec<f32>> = found.into_iter().flatten().collect();
    if vectors.len() != count {
        return Err(Error::BadReply(format!(
            "{host} gave {} vectors for {count} texts. Check that the model makes embeddings.",
            vectors.len()
        )));
    }
    Ok(EmbeddedTexts { vectors, tokens })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn vectors_are_in_the_order_of_their_texts() {
        let openai = json!({
            "data": [{"index": 1, "embedding": [0.5]}, {"index": 0, "embedding": [0.25, 1]}], "usage": {"prompt_tokens": 7},
        });
        let expected = EmbeddedTexts { vectors: vec![vec![0.25, 1.0], vec![0.5]], tokens: Some(7) };
        assert_eq!(read_openai(&openai, 2, "h"), Ok(expected));
        let ollama = json!({"embeddings": [[1.0], [2.0]], "prompt_eval_count": 3});
        let expected = EmbeddedTexts { vectors: vec![vec![1.0], vec![2.0]], tokens: Some(3) };
        assert_eq!(read_ollama(&ollama, 2, "h"), Ok(expected));
    }

    #[test]
    fn a_missing_vector_is_an_error() {
        assert!(read_ollama(&json!({"embeddings": [[1.0]]}), 2, "h").is_err());
        assert!(read_openai(&json!({"data": [{"index": 0, "embedding": []}]}), 1, "h").is_err());
        assert!(read_openai(&json!({"data": []}), 1, "h").is_err());
    }
}
