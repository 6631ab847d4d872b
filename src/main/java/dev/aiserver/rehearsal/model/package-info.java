/** Embedded model server, which behaves as Ollama does but has no model. */
@NullMarked
package dev.aiserver.rehearsal.model;

import org.jspecify.annotations.NullMarked;
