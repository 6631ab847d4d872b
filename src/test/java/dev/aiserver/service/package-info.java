@NullMarked
package dev.aiserver.service;

import org.jspecify.annotations.NullMarked;
