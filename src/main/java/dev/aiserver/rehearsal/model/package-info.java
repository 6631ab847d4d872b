/** The embedded model server: behaves as Ollama does, without any model. */
@NullMarked
package dev.aiserver.rehearsal.model;

import org.jspecify.annotations.NullMarked;
