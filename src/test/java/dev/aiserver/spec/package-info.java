@NullMarked
package dev.aiserver.spec;

import org.jspecify.annotations.NullMarked;
