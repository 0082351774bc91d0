//! Embeddings: one normalised vector per text, pooled as the model's file says.

use domain::{ErrorCode, MAX_LINE, RunnerReply};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;

use crate::failure::Failure;
use crate::generate::{Reader, failed};
use crate::inbox::{Job, cancelled_unstarted};

/// The most bytes that one number of a vector takes in a reply, its comma included.
const NUMBER_BYTES: usize = 16;

/// Whether the file says how to pool, which is what makes it an embedding model. Rerankers (4) give scores, not vectors.
pub(crate) fn makes_embeddings(model: &LlamaModel) -> bool {
    let pooling = model
        .meta_val_str("general.architecture")
        .and_then(|architecture| model.meta_val_str(&format!("{architecture}.pooling_type")));
    matches!(pooling.as_deref(), Ok("1" | "2" | "3"))
}

/// The vectors of `texts`.
pub(crate) fn vectors(
    reader: &mut Reader<'_>,
    model: &LlamaModel,
    job: &Job,
    texts: &[String],
) -> Result<RunnerReply, Failure> {
    let numbers = texts.len().saturating_mul(usize::try_from(model.n_embd_out()).unwrap_or(0));
    if numbers.saturating_mul(NUMBER_BYTES) > MAX_LINE {
        return Err(Failure::new(
            ErrorCode::TooLarge,
            format!("The vectors of {} texts don't fit into one reply. Ask for fewer at once.", texts.len()),
        ));
    }
    let mut vectors = Vec::with_capacity(texts.len());
    let mut read = 0_u64;
    for (index, text) in texts.iter().enumerate() {
        if job.is_cancelled() {
            return Ok(cancelled_unstarted(job.id));
        }
        let tokens = model.vocab().tokenize(text.as_bytes(), true, false);
        if tokens.is_empty() {
            return Err(Failure::invalid(format!("Text {} is empty: there is nothing to embed.", index + 1)));
        }
        if tokens.len() > reader.context_length() {
            return Err(Failure::new(
                ErrorCode::ContextTooLong,
                format!(
                    "Text {} has {} tokens, and the model takes {}. Split it.",
                    index + 1,
                    tokens.len(),
                    reader.context_length()
                ),
            ));
        }
        reader.forget();
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (position, token) in tokens.iter().enumerate() {
            batch.add(*token, position as i32, &[0], true).map_err(|error| failed(&error))?;
        }
        let context = reader.context_mut();
        context.decode(&mut batch).map_err(|error| failed(&error))?;
        vectors.push(normalised(context.embeddings_seq_ith(0).map_err(|error| failed(&error))?));
        read += tokens.len() as u64;
    }
    reader.forget();
    Ok(RunnerReply::Embedded { id: job.id, vectors, tokens: read })
}

/// The same direction with length 1; nothing but zeros stays as it is.
fn normalised(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length == 0.0 {
        return vector.to_vec();
    }
    vector.iter().map(|value| (f64::from(*value) / length) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_brought_to_length_one() {
        assert_eq!(normalised(&[3.0, 4.0]), [0.6, 0.8]);
        assert_eq!(normalised(&[0.0, 0.0]), [0.0, 0.0]);
    }
}
