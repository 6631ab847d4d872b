@NullMarked
package dev.aiserver.preflight;

import org.jspecify.annotations.NullMarked;
